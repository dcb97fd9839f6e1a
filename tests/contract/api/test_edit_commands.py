"""`fourfold edit` and `fourfold audit` against the served app, and the same through the clients and MCP."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fourfold.cli.main import app
from fourfold.client import Fourfold
from tests.contract.api.conftest import KEY, Live

Command = Callable[..., Result]


@pytest.fixture
def fourfold(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return lambda *words, **more: CliRunner().invoke(app, list(words), **more)


@pytest.fixture
def persona(live: Live) -> dict[str, Any]:
    with live.client() as client:
        body: dict[str, Any] = client.post("/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"}).json()
    return body


def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: str, new: str) -> None:
    """An $EDITOR that replaces a text."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[-1])\n"
        f"file.write_text(file.read_text(encoding='utf-8').replace({old!r}, {new!r}), encoding='utf-8')\n",
        encoding="utf-8",
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


def test_a_field_is_set_on_the_command_line(fourfold: Command, persona: dict[str, Any]) -> None:
    words = ["--set", "surface.name=Derya", "--set", "self.big_five.openness=0.5", "--reason", "A typo."]
    after = json.loads(fourfold("edit", persona["id"], *words, "--json").stdout)
    assert (after["surface"]["name"], after["self"]["big_five"]["openness"]) == ("Derya", 0.5)
    assert "of earlier layers" in fourfold("show", persona["id"]).output
    refused = fourfold("edit", persona["id"], "--set", "surface.age=50")
    assert (refused.exit_code, "intent_parse" in refused.output) == (1, True)
    assert fourfold("edit", persona["id"], "--set", "surface.age=50", "--accept-violations").exit_code == 0
    for wrong in ("name=x", "surface=x", "surface.name"):
        assert fourfold("edit", persona["id"], "--set", wrong).exit_code == 2
    scored = json.loads(fourfold("audit", persona["id"], "--reason", "Now.", "--json").stdout)
    assert (scored["version"], scored["audit"]["stale"], scored["surface"]["age"]) == (4, False, 50)


def test_the_layers_are_edited_as_a_file(
    fourfold: Command, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor(monkeypatch, tmp_path, "Deniz Aksoy", 'Derya \\"D\\" Aksoy')
    after = json.loads(fourfold("edit", persona["id"], "--json").stdout)
    assert after["surface"] == {**persona["surface"], "name": 'Derya "D" Aksoy'}
    assert {name: after[name] for name in ("soul", "self", "mask")} == {
        name: persona[name] for name in ("soul", "self", "mask")
    }
    assert list(tmp_path.glob("per_*.toml")) == []
    unchanged = fourfold("edit", persona["id"])
    assert (unchanged.exit_code, "Nothing changed" in unchanged.output) == (0, True)


@pytest.mark.parametrize(
    ("old", "new", "said"), [("age = 34", "age = 35", "brief"), ("age = 34", "age = ", "TOML"), ("", "", "")]
)
def test_a_text_that_is_refused_is_kept(  # noqa: PLR0917 - fixtures
    fourfold: Command,
    persona: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    old: str,
    new: str,
    said: str,
) -> None:
    editor(monkeypatch, tmp_path, old, new)
    if not old:
        monkeypatch.setenv("EDITOR", "false")
    refused = fourfold("edit", persona["id"])
    [kept] = tmp_path.glob("per_*.toml")
    assert refused.exit_code == 1
    assert said in refused.output
    assert kept.name in refused.output.replace("\n", "")


def test_versions_are_compared_and_restored(fourfold: Command, persona: dict[str, Any]) -> None:
    fourfold("edit", persona["id"], "--set", "surface.name=Derya Aksoy", "--set", "self.archetype=sage")
    shown = fourfold("diff", persona["id"])
    assert "[-Deniz -]{+Derya +}Aksoy" in shown.output
    assert "self.archetype" in shown.output
    back = json.loads(fourfold("diff", persona["id"], "2", "1", "--json").stdout)
    assert [each["field"] for each in back["fields"]] == ["self.archetype", "surface.name", "audit.stale"]
    after = json.loads(fourfold("restore", persona["id"], "1", "--reason", "Better.", "--json").stdout)
    assert (after["version"], after["surface"]) == (3, persona["surface"])
    assert "No differences" in fourfold("diff", persona["id"], "1", "3").output
    assert fourfold("restore", persona["id"], "9").exit_code == 1


def test_a_persona_is_forked(live: Live, fourfold: Command, persona: dict[str, Any]) -> None:
    words = ["--set", "surface.name=Derya", "--slug", "derya", "--note", "A twin."]
    child = json.loads(fourfold("fork", persona["id"], *words, "--json").stdout)
    assert (child["parent_id"], child["slug"], child["fork_note"]) == (persona["id"], "derya", "A twin.")
    assert child["surface"] == {**persona["surface"], "name": "Derya"}
    for each, place in ((persona["id"], "fork"), (child["id"], "ancestor")):
        assert place in fourfold("lineage", each).output
    assert fourfold("fork", persona["id"], "--slug", "derya").exit_code == 1
    with Fourfold(api_key=KEY, base_url=live.url) as client:
        twin = client.fork_persona(persona["id"], note="Another.")
        found = client.lineage(persona["id"])
    assert [each.id for each in found.children.data] == [child["id"], twin.id]


def test_parts_are_written_again_and_others_kept(live: Live, fourfold: Command, persona: dict[str, Any]) -> None:
    words = ["--from", "soul_draft", "--keep", "mask", "--edit", "surface.name=Derya", "--reason", "Fresh."]
    planned = fourfold("regenerate", persona["id"], *words, "--dry-run")
    assert "surface_ground" in planned.output
    assert "mask_build" not in planned.output
    assert "4 to 32 calls" in planned.output
    after = json.loads(fourfold("regenerate", persona["id"], *words, "--json").stdout)
    assert (after["version"], after["mask"], after["surface"]["name"]) == (2, persona["mask"], "Derya")
    assert fourfold("regenerate", persona["id"], "--from", "audit", "--keep", "ghost").exit_code == 1
    german = json.loads(fourfold("fork", persona["id"], "--language", "de", "--json").stdout)
    assert (german["language"], german["soul"]) == ("de", persona["soul"])
    with Fourfold(api_key=KEY, base_url=live.url) as client:
        again = client.regenerate_persona(persona["id"], "surface_ground", keep=["surface.name"])
    assert again.surface is not None
    assert again.surface.name == "Derya"


def test_a_layer_is_refined(live: Live, fourfold: Command, persona: dict[str, Any]) -> None:
    done = fourfold("refine", persona["id"], "mask", "warmer", "--amount", "0.4")
    assert (done.exit_code, "warmth +0.20 to +0.20: moved +0.00, not reached" in done.output) == (2, True)
    assert fourfold("refine", persona["id"], "surface", "warmth").exit_code == 1
    with Fourfold(api_key=KEY, base_url=live.url) as client:
        moved = client.refine_persona(persona["id"], "soul", "darker").refined
    assert moved is not None
    assert (moved.layer, moved.axis, moved.amount) == ("soul", "gravity", 0.5)


def test_the_client_edits_and_audits(live: Live, persona: dict[str, Any]) -> None:
    with Fourfold(api_key=KEY, base_url=live.url) as client:
        edited = client.edit_persona(persona["id"], {"surface": {"name": "Derya"}}, reason="A typo.")
        assert edited.audit is not None
        assert edited.audit.stale
        audited = client.audit_persona(persona["id"])
        assert [each.field for each in client.compare_versions(persona["id"], 1, 3).fields] == ["surface.name"]
        assert client.restore_version(persona["id"], 1).surface == client.persona(persona["id"]).surface
    assert audited.audit is not None
    assert (audited.version, audited.audit.stale) == (3, False)
