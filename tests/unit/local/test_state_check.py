"""`fourfold doctor --state`: what is sound is said to be, what is not has advice that works, and nothing is changed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app
from infra.local.bridges.saved_state import CODE, DEPLOYED, copies, save_states
from infra.local.bridges.store.database import SCHEMA_VERSION, Database
from infra.local.home import Home
from infra.local.state_check import Finding, check_state

ARCHIVE = b"the code of a function"
DIGEST = hashlib.sha256(ARCHIVE).hexdigest()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two copies of its definitions, an item and a message."""
    home = Home(tmp_path)
    (home.engine_state / CODE).mkdir(parents=True)
    (home.engine_state / CODE / f"{DIGEST}.zip").write_bytes(ARCHIVE)
    for _ in range(2):
        save_states(
            home.engine_state,
            {
                "cloudformation": dict,
                "dynamodb": lambda: {"tables": {}},
                "lambda": lambda: {"code_zip": {"code_blob_ref": DIGEST}},
                "ssm": lambda: {"parameters": {DEPLOYED: "digest"}},
            },
        )
    database = Database(home.database)
    database.change("INSERT INTO items VALUES (1, x'01', x'', ?, NULL)", (json.dumps({"pk": {"S": "one"}}).encode(),))
    database.change("INSERT INTO messages (queue, id, message) VALUES ('q', '1', x'00')")
    database.close()
    return home


def _bad(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.is_good]


def test_a_sound_state_is_said_to_be_sound_also_while_it_is_in_use(home: Home) -> None:
    database = Database(home.database)
    findings = check_state(home)
    database.close()
    assert _bad(findings) == []
    assert "1 items, 1 messages, 0 running executions" in next(f.detail for f in findings if f.part == "database")
    assert len([finding for finding in findings if finding.part.startswith("definitions")]) == len(
        copies(home.engine_state)
    )


def test_a_home_without_state_is_no_fault(tmp_path: Path) -> None:
    assert [finding.is_good for finding in check_state(Home(tmp_path))] == [True]


def test_the_advice_for_a_damaged_copy_makes_the_start_load_the_one_before(home: Home) -> None:
    newest = copies(home.engine_state)[0]
    damaged = newest / "dynamodb.json"
    damaged.write_bytes(damaged.read_bytes()[:20])
    [finding] = _bad(check_state(home))
    assert str(damaged) in finding.detail
    command = re.search(r"`(mv .*?)`", finding.advice)
    assert command is not None
    subprocess.run(command[1].split(), check=True)
    assert _bad(check_state(home)) == []
    assert newest not in copies(home.engine_state)


def _damage_code(home: Home) -> None:
    (home.engine_state / CODE / f"{DIGEST}.zip").write_bytes(b"other")


def _remove_database(home: Home) -> None:
    home.database.unlink()


def _overwrite_database(home: Home) -> None:
    content = bytearray(home.database.read_bytes())
    content[4096 : 3 * 4096] = b"\xa5" * (2 * 4096)
    home.database.write_bytes(content)


def _newer_database(home: Home) -> None:
    with closing(sqlite3.connect(home.database)) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _damage_item(home: Home) -> None:
    with closing(sqlite3.connect(home.database)) as database, database:
        database.execute("UPDATE items SET item = CAST('{cut' AS BLOB)")


def _stray_entry(home: Home) -> None:
    with closing(sqlite3.connect(home.database)) as database, database:
        database.execute("INSERT INTO index_entries VALUES (1, 'gsi', x'01', x'', x'09', x'')")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_damage_code, "is damaged"),
        (_remove_database, "it is missing"),
        (_overwrite_database, "engine.sqlite3: "),
        (_newer_database, f"reads up to {SCHEMA_VERSION}"),
        (_damage_item, "1 items are not JSON"),
        (_stray_entry, "1 index entries have no item"),
    ],
)
def test_every_damage_is_found_and_nothing_is_changed(home: Home, damage: Callable[[Home], None], reason: str) -> None:
    damage(home)
    before = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    bad = _bad(check_state(home))
    assert bad
    assert any(reason in finding.detail for finding in bad)
    after = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    assert {path: after.get(path) for path in before if not path.name.endswith("-shm")} == {
        path: content for path, content in before.items() if not path.name.endswith("-shm")
    }


def test_a_state_of_an_earlier_version_is_converted_by_the_next_start(home: Home) -> None:
    newest = copies(home.engine_state)[0]
    for path in newest.glob("*.json"):
        path.replace(home.engine_state / path.name)
    for copy in copies(home.engine_state):
        shutil.rmtree(copy)
    home.database.unlink()
    findings = check_state(home)
    assert _bad(findings) == []
    assert sum("convert" in finding.detail for finding in findings) == 2


def test_the_command_shows_the_parts_and_its_exit_status_says_whether_all_are_sound(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOURFOLD_HOME", str(home.root))
    sound = CliRunner().invoke(app, ["doctor", "--state"])
    assert sound.exit_code == 0, sound.output
    assert "database" in sound.output
    _damage_code(home)
    damaged = CliRunner().invoke(app, ["doctor", "--state"])
    assert damaged.exit_code == 1
    assert "→ " in damaged.output


def test_outside_a_clone_the_command_says_where_to_run_it(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOURFOLD_HOME", str(home.root))
    monkeypatch.chdir(tmp_path)
    elsewhere = CliRunner().invoke(app, ["doctor", "--state"])
    assert elsewhere.exit_code == 1
    assert "clone" in elsewhere.output + elsewhere.stderr
    assert "Traceback" not in elsewhere.output
