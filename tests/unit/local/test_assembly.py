"""The template is made again exactly when something it is made of changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.local.assembly import SynthesisError, existing, source_digest, synthesize
from infra.local.home import Home

APP = """
import json, os, pathlib
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True)
out.joinpath("manifest.json").write_text(json.dumps({"context": os.environ["CDK_CONTEXT_JSON"]}))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("infra/local", "infra/stacks", "functions/audit", "shared/fourfold", "layers/api"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "some.py").write_text("old")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "uv.lock").write_text("old")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["app.py", "cdk.json", "uv.lock", "infra/stacks/some.py", "functions/audit/some.py", "shared/fourfold/some.py"],
)
def test_a_changed_source_changes_the_digest(repository: Path, name: str) -> None:
    before = source_digest(repository)
    (repository / name).write_text("new")

    assert source_digest(repository) != before


def test_a_renamed_source_changes_the_digest(repository: Path) -> None:
    before = source_digest(repository)
    (repository / "functions/audit/some.py").rename(repository / "functions/audit/other.py")

    assert source_digest(repository) != before


def test_what_is_not_deployed_does_not(repository: Path) -> None:
    before = source_digest(repository)
    (repository / "infra/local/some.py").write_text("new")
    (repository / "README.md").write_text("new")
    (repository / "functions/audit/__pycache__").mkdir()
    (repository / "functions/audit/__pycache__/some.cpython-311.pyc").write_bytes(b"new")

    assert source_digest(repository) == before


def test_an_assembly_is_kept_for_the_local_stage_in_place_of_older_ones(repository: Path) -> None:
    home = Home(repository / ".local")
    old = synthesize(home, "0" * 64, repository)

    new = synthesize(home, "1" * 64, repository)

    assert existing(home, "1" * 64) == new
    assert existing(home, "0" * 64) is None
    assert not old.folder.exists()
    assert json.loads(new.manifest()["context"])["stage"] == "local"


def test_an_app_that_fails_says_why_and_leaves_nothing_half_made(repository: Path) -> None:
    home = Home(repository / ".local")
    (repository / "app.py").write_text("raise SystemExit('no such stage')")

    with pytest.raises(SynthesisError, match="no such stage"):
        synthesize(home, "0" * 64, repository)
    assert existing(home, "0" * 64) is None
