"""Bridge: MiniStack unpacks code and layers for every worker; here each archive is unpacked once."""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.bridges.shared_archives import SharedArchive


def _archive(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"package/{name}.py", text)
    return path


def _unpack(archive: Path, shared: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    with SharedArchive(archive, shared=shared) as content:
        content.extractall(str(target))
    return target


def test_equal_archives_are_unpacked_once(tmp_path: Path) -> None:
    one, two = _archive(tmp_path / "one.zip", a="A = 1"), tmp_path / "two.zip"
    two.write_bytes(one.read_bytes())
    first = _unpack(one, tmp_path / "shared", tmp_path / "first/code")
    second = _unpack(two, tmp_path / "shared", tmp_path / "second/code")
    assert (first / "package/a.py").read_text() == "A = 1"
    assert first.resolve() == second.resolve()
    assert [path.name for path in (second / "package").iterdir()] == ["a.py"]


def test_different_archives_are_kept_apart(tmp_path: Path) -> None:
    first = _unpack(_archive(tmp_path / "one.zip", a="A = 1"), tmp_path / "shared", tmp_path / "first")
    second = _unpack(_archive(tmp_path / "two.zip", a="A = 2"), tmp_path / "shared", tmp_path / "second")
    assert [(folder / "package/a.py").read_text() for folder in (first, second)] == ["A = 1", "A = 2"]


def test_many_at_once_see_a_whole_archive(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "one.zip", **{f"module_{number}": "" for number in range(200)})
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda n: _unpack(archive, tmp_path / "shared", tmp_path / f"worker_{n}"), range(8)))
    assert {len(list((folder / "package").iterdir())) for folder in folders} == {200}


def test_what_is_left_of_an_unpacking_that_was_cut_off_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "one.zip", a="A = 1")
    target = _unpack(archive, tmp_path / "shared", tmp_path / "first").resolve()
    target.rename(target.with_suffix(".partial"))
    (target.with_suffix(".partial") / "package/a.py").write_text("A =")
    assert (_unpack(archive, tmp_path / "shared", tmp_path / "second") / "package/a.py").read_text() == "A = 1"


def test_a_part_of_an_archive_is_not_asked_for(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "one.zip", a="A = 1")
    with SharedArchive(archive, shared=tmp_path) as content, pytest.raises(NotImplementedError):
        content.extractall(str(tmp_path), members=["package/a.py"])
