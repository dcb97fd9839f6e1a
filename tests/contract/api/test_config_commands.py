"""`fourfold config` against the served app: what a person types, and what they read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fourfold.cli.main import app
from tests.contract.api.conftest import FULL_KEY, READ_KEY, Live

MODEL = "engine.pipeline.soul_draft.model"
SCORE = "engine.pipeline.audit.min_overall_score"
RETRIES = "engine.pipeline.audit.max_retries"

Config = Callable[..., Result]


@pytest.fixture
def config(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *words, **more: CliRunner().invoke(app, ["config", *words], **more)


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def read(result: Result) -> Any:
    return json.loads(done(result))


def value(config: Config, key: str) -> Any:
    [row] = read(config("get", key, "--json"))["data"]
    return row["value"]


def line_of(text: str, word: str) -> str:
    return next(line for line in text.splitlines() if word in line)


def test_values_are_set_together_and_shown_with_source_and_unit(config: Config) -> None:
    told = done(config("set", RETRIES, "1", SCORE, "4.5", "--reason", "strong ones only"))
    assert "workspace is now at revision 1." in told
    shown = done(config("get", "engine.pipeline.audit."))
    assert line_of(shown, RETRIES).split() == [RETRIES, "1", "workspace", "attempts"]
    assert line_of(shown, SCORE).split() == [SCORE, "4.5", "workspace", "points", "of", "5"]
    assert "default" in line_of(shown, "engine.pipeline.audit.retry_from")
    assert MODEL not in shown


def test_a_value_is_json_or_else_text(config: Config) -> None:
    fallback = "engine.pipeline.soul_draft.fallback"
    done(config("set", fallback, '["offline:composer-1"]', MODEL, "offline:composer-1"))
    assert (value(config, fallback), value(config, MODEL)) == (["offline:composer-1"], "offline:composer-1")
    done(config("unset", fallback, MODEL))
    assert read(config("get", MODEL, "--json"))["data"][0]["source"] == "default"


@pytest.mark.parametrize("width", ["36", "60", "80", "200"])
def test_keys_and_values_are_whole_in_any_terminal(config: Config, width: str) -> None:
    done(config("lock", RETRIES, "--scope", "system", "--max", "2", "--value", "2"))
    shown = done(config("get", "engine.pipeline.", env={"COLUMNS": width}))
    assert all(len(line) <= int(width) for line in shown.splitlines())
    row = line_of(shown, "max_retries")
    assert row.split()[1] == "2"
    assert "system" in row
    assert "at most" in shown
    assert "…" not in shown


def test_a_dry_run_tells_and_changes_nothing(config: Config) -> None:
    assert "Dry run" in done(config("set", RETRIES, "0", "--dry-run"))
    assert (value(config, RETRIES), read(config("revisions", "--json"))["data"]) == (3, [])


def test_a_stale_revision_is_refused(config: Config) -> None:
    done(config("set", RETRIES, "1", "--if-match", "0"))
    refused = config("set", RETRIES, "2", "--if-match", "0")
    assert refused.exit_code == 1
    assert "revision is 1" in refused.stderr
    assert value(config, RETRIES) == 1


def test_an_unknown_key_is_told_where_and_what_is_near(config: Config) -> None:
    refused = config("set", RETRIES, "1", "engine.pipeline.soul_draft.modle", "x")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "ops[1].key" in refused.stderr
    assert MODEL in refused.stderr
    problem = json.loads(config("explain", "engine.pipeline.soul_draft.modle", "--json").stderr)
    assert MODEL in problem["errors"][0]["nearest"]


def test_a_lock_overrules_what_stands_below_and_keeps_others_out(config: Config) -> None:
    done(config("set", RETRIES, "3"))
    told = done(config("lock", RETRIES, "--scope", "system", "--value", "0", "--reason", "costs"))
    assert f"{RETRIES} = 3" in told.split("Overridden", 1)[1]
    refused = config("set", RETRIES, "2")
    assert (refused.exit_code, "locked by the system scope" in refused.stderr) == (1, True)
    assert json.loads(config("set", RETRIES, "2", "--json").stderr)["locked_by"] == "system"
    assert line_of(done(config("get", RETRIES)), RETRIES).split()[1:4] == ["0", "system", "system"]
    done(config("unlock", RETRIES, "--scope", "system"))
    assert value(config, RETRIES) == 3


def test_a_lock_may_leave_a_range_or_a_choice(config: Config) -> None:
    done(config("lock", SCORE, "--scope", "org", "--min", "3", "--max", "4"))
    assert "at most 4" in config("set", SCORE, "4.5").stderr
    done(config("set", SCORE, "3.8"))
    start = "engine.pipeline.audit.retry_from"
    done(config("lock", start, "--scope", "org", "--one-of", "soul_draft, mask_build"))
    assert config("set", start, "self_enrich").exit_code == 1
    done(config("set", start, "mask_build"))


def test_explain_tells_the_chain_with_who_and_why(config: Config) -> None:
    done(config("lock", RETRIES, "--scope", "system", "--max", "2", "--value", "2", "--reason", "costs"))
    assert "control_character" in config("set", RETRIES, "1", "--reason", "\x1b[31mquick", "--json").output
    done(config("set", RETRIES, "1", "--reason", "quick"))
    told = done(config("explain", RETRIES))
    scopes = [
        line.split()[0] for line in told.splitlines() if line.split()[0] in {"default", "system", "org", "workspace"}
    ]
    assert scopes == ["default", "system", "org", "workspace"]
    assert "applies" in line_of(told, "workspace  ")
    assert told.count(f"key_{FULL_KEY}, 20") == 2
    assert ("“costs”" in told, "quick”" in told, "\x1b" in told) == (True, True, False)


def test_a_snapshot_is_rolled_back_to_and_what_a_lock_forbids_is_told(config: Config) -> None:
    done(config("set", RETRIES, "3", SCORE, "4"))
    kept = read(config("snapshot", "before", "--json"))["id"]
    assert kept in done(config("snapshots"))
    done(config("set", RETRIES, "1", SCORE, "2"))
    assert f"{SCORE}" in done(config("diff", "1", "2"))
    assert done(config("diff", "1", kept)) == "No differences.\n"
    done(config("lock", RETRIES, "--scope", "system"))
    plan = done(config("rollback", kept, "--dry-run"))
    assert ("Dry run" in plan, value(config, SCORE)) == (True, 2)
    told = done(config("rollback", kept))
    assert RETRIES in told.split("Not restored", 1)[1]
    assert value(config, SCORE) == 4
    assert [made["kind"] for made in read(config("revisions", "--json"))["data"]] == ["rollback", "commit", "commit"]
    assert config("rollback", "cfs_nothing").exit_code == 1


def test_a_preset_moves_the_tree_and_warns_of_missing_credentials(config: Config) -> None:
    told = done(config("preset", "openai", "--reason", "trying"))
    assert "No credentials here for openai" in " ".join(told.split())
    assert value(config, MODEL) == "openai:gpt-6.1-sol"
    listed = done(config("revisions"))
    assert ("preset" in listed, "“trying”" in listed) == (True, True)
    assert config("preset", "nobody").exit_code == 1


def test_the_keys_are_told_and_a_prefix_nobody_has_is_said(config: Config) -> None:
    assert "set at: system\n" in done(config("schema", "engine.safety."))
    missed = config("get", "engine.nothing")
    assert (missed.exit_code, "config schema" in missed.stderr) == (1, True)


def test_a_key_that_may_not_is_told_which_scope_it_needs(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_KEY", READ_KEY)
    refused = config("get")
    assert (refused.exit_code, "config:read" in refused.stderr) == (1, True)
