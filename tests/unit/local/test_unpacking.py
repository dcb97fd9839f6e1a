"""Each archive of code is unpacked once."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.local.bridges.shared_archives import CodeFolders


def _archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"package/{name}.py", text)
    return buffer.getvalue()


def test_equal_archives_share_a_folder_and_others_have_their_own(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path)
    one, same, other = (folders.of(_archive(a=text)) for text in ("A = 1", "A = 1", "A = 2"))
    assert one == same
    assert [(folder / "package/a.py").read_text() for folder in (one, other)] == ["A = 1", "A = 2"]


def test_many_at_once_see_a_whole_archive(tmp_path: Path) -> None:
    folders, archive = CodeFolders(tmp_path), _archive(**{f"module_{number}": "" for number in range(200)})
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: len(list((folders.of(archive) / "package").iterdir())), range(8)))
    assert set(made) == {200}


def test_what_is_left_of_an_unpacking_that_was_cut_off_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    archive = _archive(a="A = 1", b="B = 1")
    folder = CodeFolders(tmp_path).of(archive)
    folder.rename(folder.with_suffix(".partial"))
    (folder.with_suffix(".partial") / "package/a.py").write_text("A =")
    (folder.with_suffix(".partial") / "package/b.py").unlink()
    again = CodeFolders(tmp_path).of(archive)
    assert [(again / f"package/{name}.py").read_text() for name in "ab"] == ["A = 1", "B = 1"]
