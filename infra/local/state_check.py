"""`fourfold doctor --state`: checks what a home has stored, changes nothing, and says what to do.

It reads the database with SQLite's own integrity check, and each saved copy of the definitions as a start reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.bridges.saved_state import UnreadableStateError, code_of, copies, read_state, was_deployed
from infra.local.bridges.store.database import SCHEMA_VERSION
from infra.local.home import Home
from infra.local.services import KEPT

LEAST_FREE_BYTES: Final = 200_000_000
_COUNTS: Final = {
    "items": "SELECT COUNT(*) FROM items",
    "messages": "SELECT COUNT(*) FROM messages",
    "running executions": "SELECT COUNT(*) FROM executions WHERE status = 'RUNNING'",
}
_STRAY_ENTRIES: Final = (
    "SELECT COUNT(*) FROM index_entries AS entry WHERE NOT EXISTS (SELECT 1 FROM items AS item"
    " WHERE item.table_id = entry.table_id AND item.pk = entry.pk AND item.sk = entry.sk)"
)
_DAMAGED_ITEMS: Final = "SELECT COUNT(*) FROM items WHERE NOT json_valid(CAST(item AS TEXT))"


@dataclass(frozen=True)
class Finding:
    """The result of one check. `advice` says what to do; it is empty where nothing is wrong."""

    part: str
    detail: str
    advice: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the part needs nothing to be done."""
        return not self.advice


def check_state(home: Home) -> list[Finding]:
    """Checks a home's disk, database and definitions. A server may be running on it."""
    if not home.engine_state.exists() and not home.database.exists():
        return [Finding("state", f"{home.root} has none: nothing was stored yet")]
    return [_disk(home), _database(home), *_definitions(home)]


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.root).free
    detail = f"{free / 1e9:.1f} GB free at {home.root}"
    if not os.access(home.root, os.W_OK) or not os.access(home.database.parent, os.W_OK):
        return Finding("disk", f"{home.root} is not writable", "Make the folder writable for this user; writes fail.")
    if free < LEAST_FREE_BYTES:
        return Finding("disk", detail, "Free some space: writes answer 507 when it is used up. Reads work on.")
    return Finding("disk", detail)


def _database(home: Home) -> Finding:
    path = home.database
    if not path.exists():
        if was_deployed(home.engine_state):
            return Finding("database", "none yet; the next start converts the state of an earlier version")
        return _lost(path, "it is missing")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            problem = _problem_of(connection)
            counts = {name: connection.execute(query).fetchone()[0] for name, query in _COUNTS.items()}
    except sqlite3.Error as error:
        return _lost(path, str(error))
    if problem:
        return _lost(path, problem)
    amounts = ", ".join(f"{count} {name}" for name, count in counts.items())
    return Finding("database", f"{path.name}: sound; {amounts}, {path.stat().st_size / 1e6:.1f} MB")


def _problem_of(connection: sqlite3.Connection) -> str:
    """What is wrong with a database; empty if nothing is."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        return f"its format is {version}, and this version of fourfold reads up to {SCHEMA_VERSION}"
    (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        return str(answer)
    for query, what in ((_STRAY_ENTRIES, "index entries have no item"), (_DAMAGED_ITEMS, "items are not JSON")):
        (count,) = connection.execute(query).fetchone()
        if count:
            return f"{count} {what}"
    return ""


def _lost(path: Path, reason: str) -> Finding:
    advice = (
        f"Stop the server and copy {path.parent} to another place. If you have a backup of the home, put it back. Else "
        f"`sqlite3 {path.name} .recover | sqlite3 new.sqlite3` reads what can be read; put the new file in its place."
    )
    return Finding("database", f"{path}: {reason}", advice)


def _definitions(home: Home) -> Iterator[Finding]:
    folder = home.engine_state
    saved = copies(folder)
    if not saved and was_deployed(folder):
        yield Finding("definitions", f"{folder} is of an earlier version; the next start converts it")
        return
    if not saved:
        yield Finding("definitions", f"{folder} has no copy", "Start the server: it deploys the template.")
        return
    reasons = {copy: _reason(folder, copy) for copy in saved}
    good = [copy for copy, reason in reasons.items() if not reason]
    for number, (copy, reason) in enumerate(reasons.items()):
        name = f"definitions {copy.name}" + (" (loaded at the next start)" if number == 0 else "")
        if not reason:
            yield Finding(name, "sound")
        elif good:
            aside = copy.with_name(f"{copy.name}.damaged")
            yield Finding(
                name,
                reason,
                f"Stop the server, then `mv {copy} {aside}`: the copy {good[0].name} is sound and is loaded instead. "
                "No persona, run or message is in these copies.",
            )
        else:
            yield Finding(
                name, reason, "No copy is sound. Put back a backup of the home, or set another FOURFOLD_HOME."
            )


def _reason(folder: Path, copy: Path) -> str:
    """Why a copy cannot be loaded; empty if it can."""
    for archive in code_of(folder, copy):
        if not archive.exists():
            return f"{archive} is missing"
        if hashlib.sha256(archive.read_bytes()).hexdigest() != archive.stem:
            return f"{archive} is damaged"
    missing = [name for name in ("cloudformation", "dynamodb") if not (copy / f"{name}.json").exists()]
    if missing:
        return f"{copy / missing[0]}.json is missing"
    for service in sorted(KEPT):
        path = copy / f"{service}.json"
        try:
            if path.exists():
                read_state(path, service)
        except UnreadableStateError as error:
            return f"{error.path}: {error.reason}"
    return ""


def as_json(findings: list[Finding]) -> str:
    """The findings as the command `python -m infra.local check` prints them."""
    return json.dumps([{"part": one.part, "detail": one.detail, "advice": one.advice} for one in findings])
