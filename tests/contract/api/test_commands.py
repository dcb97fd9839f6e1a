"""The commands against the served app: what a person types, and what they get."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from fourfold.cli.main import app
from tests.contract.api.conftest import KEY, Live

Command = Callable[..., Result]


@pytest.fixture
def fourfold(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    return lambda *words, **more: CliRunner().invoke(app, list(words), **more)


@pytest.fixture
def persona(live: Live) -> dict[str, Any]:
    with live.client() as client:
        body: dict[str, Any] = client.post("/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"}).json()
    return body


def ids(live: Live) -> list[str]:
    with live.client() as client:
        return [found["id"] for found in client.get("/v1/personas").json()["data"]]


@pytest.mark.parametrize("wanted", ["json", "card_v2", "card_v3_png"])
def test_out_and_in_again(live: Live, fourfold: Command, persona: dict[str, Any], wanted: str) -> None:
    assert fourfold("export", persona["id"], "--format", wanted, "-o", "file").exit_code == 0
    taken = fourfold("import", "file")
    assert (taken.exit_code, "Deniz Aksoy" in taken.output) == (0, True)
    assert len(ids(live)) == 2


def test_an_export_has_the_name_the_server_gives_it(fourfold: Command, persona: dict[str, Any]) -> None:
    assert fourfold("export", persona["id"], "-f", "markdown").exit_code == 0
    assert Path("Deniz-Aksoy.md").read_text(encoding="utf-8").startswith("# Deniz Aksoy")
    shown = fourfold("export", persona["id"], "-o", "-")
    assert json.loads(shown.output)["data"]["id"] == persona["id"]


def test_a_file_that_is_none_is_one_line(fourfold: Command) -> None:
    Path("not.json").write_text("{}", encoding="utf-8")
    for words in (["import", "missing"], ["import", "not.json"], ["export", "per_nobody"], ["delete", "-y", "per_x"]):
        refused = fourfold(*words)
        assert refused.exit_code == 1
        assert "Traceback" not in refused.output
        assert refused.output.strip()


def test_a_persona_is_written_anew_and_shown(live: Live, fourfold: Command, persona: dict[str, Any]) -> None:
    done = fourfold("regenerate", persona["id"], "--from", "mask_build")
    assert done.exit_code == 0, done.output
    assert "soul_draft" not in done.output
    assert "mask_build" in done.output
    after = json.loads(fourfold("regenerate", persona["id"], "--from", "audit", "--json").stdout)
    assert (after["id"], after["version"], after["soul"]) == (persona["id"], 3, persona["soul"])
    assert len(live.api.machine.started) == 3


def test_a_deletion_asks_first(live: Live, fourfold: Command, persona: dict[str, Any]) -> None:
    kept = fourfold("delete", persona["id"], input="n\n")
    assert (kept.exit_code, "Deniz Aksoy" in kept.output) == (1, True)
    assert ids(live) == [persona["id"]]
    assert fourfold("delete", persona["id"], "--yes").exit_code == 0
    assert ids(live) == []


def test_a_stream_whose_persona_is_deleted_says_so(live: Live, fourfold: Command) -> None:
    live.api.machine.fate = "silent"

    def drop() -> None:
        while not live.api.machine.started:
            pass
        _, state = live.api.machine.started[0]
        httpx.delete(f"{live.url}/v1/personas/{state.persona_id}", headers={"Authorization": f"Bearer {KEY}"})

    other = threading.Thread(target=drop)
    other.start()
    ended = fourfold("create", "someone")
    other.join()
    assert ended.exit_code == 1
    assert "deleted" in ended.output


def test_any_request_can_be_sent(fourfold: Command, persona: dict[str, Any]) -> None:
    assert json.loads(fourfold("api", "get", f"personas/{persona['id']}").stdout)["id"] == persona["id"]
    found = fourfold("api", "GET", "/v1/personas", "-f", "limit=1", "-q", "data[0].id")
    assert found.stdout == persona["id"] + "\n"
    changed = fourfold("api", "PATCH", f"personas/{persona['id']}", "-f", "slug=deniz", "-f", "archived=true")
    assert (json.loads(changed.stdout)["slug"], json.loads(changed.stdout)["status"]) == ("deniz", "archived")
    body = json.dumps({"intent": "someone", "stream": True})
    streamed = fourfold("api", "POST", "personas", "--input", "-", input=body)
    assert "event: persona" in streamed.stdout
    sent = fourfold("api", "POST", "personas/parse", "-f", "intent=A baker", "-H", "Idempotency-Key: once")
    assert sent.exit_code == 0
    assert fourfold("api", "GET", f"personas/{persona['id']}/export/markdown").stdout.startswith("# Deniz Aksoy")


def test_a_problem_is_json_on_standard_error(fourfold: Command) -> None:
    absent = "per_00000000000000000000000000"
    for words in (["api", "GET", f"personas/{absent}"], ["show", absent, "--json"], ["delete", "-y", absent, "--json"]):
        refused = fourfold(*words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert json.loads(refused.stderr)["code"] == "not_found"
    plain = fourfold("show", absent)
    assert plain.stderr.startswith("Not found")
    invalid = fourfold("api", "POST", "personas", "-f", "intent=")
    assert json.loads(invalid.stderr)["errors"][0]["pointer"] == "/intent"
    for bad in (["-f", "x"], ["-q", "[["], ["-H", "x"], ["--input", "no such file"]):
        assert fourfold("api", "GET", "personas", *bad).exit_code == 2


def test_lists_in_a_pipe_are_tab_separated(fourfold: Command, persona: dict[str, Any]) -> None:
    [line] = fourfold("list").stdout.splitlines()
    assert line.split("\t")[0] == persona["id"]
    assert json.loads(fourfold("export", persona["id"], "-o", "file", "--json").stdout)["path"] == "file"
    assert json.loads(fourfold("import", "file", "--json").stdout)["imported_from"]["persona_id"] == persona["id"]


def test_a_profile_leads_to_its_deployment(
    live: Live, fourfold: Command, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("FOURFOLD_PROFILE", "")  # restored after the test, whatever --profile sets
    refused = fourfold("login", "--url", live.url, "--key", "ffk_none", "--profile", "stage")
    assert refused.exit_code == 1
    assert fourfold("--profile", "stage", "list").stderr.startswith("There is no profile stage")
    monkeypatch.setenv("FOURFOLD_PROFILE", "")
    assert fourfold("login", "--url", live.url, "--key", KEY, "--profile", "stage").exit_code == 0
    stored = tmp_path / "fourfold" / "profiles.json"
    assert stored.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("FOURFOLD_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("FOURFOLD_API_KEY", "ffk_none")
    assert persona["id"] in fourfold("--profile", "stage", "list").stdout
    stored.write_text("[", encoding="utf-8")
    assert "cannot be read" in fourfold("--profile", "stage", "list").stderr


def test_each_line_of_a_file_is_a_persona(
    live: Live, fourfold: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("fourfold.cli.several.watch_live", lambda *_: True)  # live progress needs a WebSocket API
    (tmp_path / "briefs.txt").write_text("A baker, 50, in Lisbon\n\n  A pilot, 67  \n", encoding="utf-8")
    done = fourfold("batch", "briefs.txt")
    assert done.exit_code == 0, done.output
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[2] for row in rows] == ["A baker, 50, in Lisbon", "A pilot, 67"]
    assert {row[0] for row in rows} == {*ids(live)}
    assert fourfold("batch", "missing.txt").exit_code == 1


def test_several_people_of_a_brief_are_listed(live: Live, fourfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def watch(*_: object) -> bool:
        live.api.machine.settle()
        return True

    monkeypatch.setattr("fourfold.cli.several.watch_live", watch)
    done = fourfold("create", "A baker, 50, in Lisbon", "--count", "3", "--seed", "5", "-m", "ticket=A-17")
    assert done.exit_code == 0, done.output
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(row[1], row[3]) for row in rows] == [("active", "5"), ("active", "6"), ("active", "7")]
    assert {row[0] for row in rows} == {*ids(live)}
    live.api.machine.fate = "failed"
    assert fourfold("create", "A baker, 50, in Lisbon", "--count", "2").exit_code == 1
    assert fourfold("create", "A baker, 50, in Lisbon", "--count", "21").exit_code == 2


def test_an_estimate_is_shown_and_nothing_is_made(live: Live, fourfold: Command) -> None:
    shown = fourfold("create", "A shy founder, 34, in Istanbul", "--estimate")
    assert shown.exit_code == 0, shown.output
    assert "calls   6 to 12" in shown.output
    estimate = json.loads(fourfold("create", "A shy founder, 34, in Istanbul", "--estimate", "--json").output)
    assert estimate["calls"] == {"low": 6, "high": 12}
    assert ids(live) == []


@pytest.mark.parametrize(("option", "value"), [("margin", "0"), ("judge", ""), ("name", "")])
def test_an_option_of_an_evaluation_is_sent_as_it_was_given(fourfold: Command, option: str, value: str) -> None:
    words = ("--b", "naive", "--set", "standard@1", "--size", "1", "--max-usd", "1", f"--{option}", value, "--estimate")
    refused = fourfold("evaluate", *words)
    assert (refused.exit_code, f"{option}: Must" in refused.output) == (1, True)
