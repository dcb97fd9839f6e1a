"""`fourfold workspace export | delete` against the served app."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from fourfold.cli.main import app
from fourfold.workspaces.deletion import QUIET
from functions import clock
from functions.api.wiring import key_ring
from tests.contract.api.conftest import FULL_KEY, KEY, Live

Command = Callable[..., Result]


@pytest.fixture
def workspace(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    monkeypatch.chdir(tmp_path)
    with live.client() as client:
        assert client.post("/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"}).status_code == 201
    return lambda *words, **more: CliRunner().invoke(app, ["workspace", *words], **more)


def test_an_export_is_a_line_for_each_item(workspace: Command) -> None:
    done = workspace("export", "-o", "all.jsonl")
    items = [json.loads(line) for line in Path("all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (done.exit_code, done.stderr) == (0, f"{len(items)} items in all.jsonl\n")
    assert {"persona", "persona_version", "run", "run_event", "api_key"} <= {item["kind"] for item in items}
    assert not Path("all.jsonl.cursor").exists()


def test_nothing_is_deleted_without_a_yes_and_the_right_name(live: Live, workspace: Command) -> None:
    assert workspace("delete", "ws_one", input="n\n").exit_code == 1
    refused = workspace("delete", "ws_other", "--yes")
    assert (refused.exit_code, "Must be ws_one" in refused.stderr) == (1, True)
    with live.client() as client:
        assert len(client.get("/v1/personas").json()["data"]) == 1


def test_a_deletion_is_repeated_until_the_keys_are_gone(
    live: Live, workspace: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each wait takes as long as the deletion wants nothing to happen, and the events are published in it."""
    ahead = [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead[0])

    def wait(seconds: float) -> None:
        assert seconds > 0
        ahead[0] += QUIET
        key_ring.cache_clear()
        for item in live.api.kept.items("outbox"):
            published = {**item, "published_at": {"S": "2026-11-27T00:00:00+00:00"}}
            live.api.tables.put_item(TableName="outbox", Item=published)

    monkeypatch.setattr("fourfold.cli.workspace.time", SimpleNamespace(sleep=wait))
    done = workspace("delete", "ws_one", input="y\n")
    assert done.exit_code == 0, done.output
    assert "1 persona deleted; more to erase" in done.stderr
    assert done.stderr.endswith("ws_one is deleted.\n")
    key_ring.cache_clear()
    with live.client(KEY) as client:
        assert client.get("/v1/personas").status_code == 401
