"""Bridge: MiniStack saves its services on a clean stop only, one file after another; here what defines the deployment
(stacks, functions, rules, roles and the like) is saved whole, in a folder of its own, each time it has changed, and the
last two such folders are kept. Items, messages and executions are in `infra.local.bridges.store`.

A folder appears under its number when all of it is written, so a stop at any point leaves the one before. MiniStack
starts empty when a state cannot be loaded; here such a state stops the start, and stays as it is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fourfold.errors import LocalError
from infra.local.services import KEPT

# Says in the state of SSM which assembly is deployed.
DEPLOYED: Final = "/fourfold/local/deployed-assembly"
COPIES: Final = 2
CODE: Final = "lambda-blobs"
_CODE_REFERENCE: Final = re.compile(rb'"code_blob_ref": "([0-9a-f]{64})"')
_ALWAYS_THERE: Final = frozenset({"cloudformation", "dynamodb"})
_VERSION: Final = "__ministack_format__"
# A version of fourfold that kept all in files of this folder finds one that is too new for it, instead of none.
_GUARD: Final = {_VERSION: 1_000_000, "payload": "This state is kept in the numbered folders and in ../engine.sqlite3."}

GetState = Callable[[], Any]


class UnreadableStateError(LocalError):
    """A saved state cannot be loaded; the text names the file and says what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The saved state {path} cannot be loaded: {reason}. Nothing was changed. "
            "`fourfold doctor --state` checks all of it and says what to do."
        )
        self.path = path
        self.reason = reason


def copies(folder: Path) -> list[Path]:
    """The saved copies in `folder`, the newest first."""
    numbered = [path for path in folder.glob("*") if path.is_dir() and path.name.isdecimal()]
    return sorted(numbered, key=lambda path: int(path.name), reverse=True)


def newest_copy(folder: Path) -> Path:
    """Where the state is loaded from: the newest copy, or `folder` itself, as earlier versions saved it."""
    return next(iter(copies(folder)), folder)


def save_states(folder: Path, states: Mapping[str, GetState], in_place_of: Path | None = None) -> None:
    """Saves the state of each service (`{name: function that returns it}`) as a new copy and removes the oldest.

    `in_place_of` is removed as well: an earlier copy of the same start, so that the second copy is of the start before.

    Raises:
        OSError: it could not be written; the copies there are stay.
    """
    from ministack.core import persistence

    newest = next(iter(copies(folder)), None)
    copy = folder / f"{int(newest.name) + 1 if newest else 1:06}"
    partial = folder / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for service, get_state in states.items():
            saved = {_VERSION: persistence._state_format_version(service), "payload": get_state()}  # noqa: SLF001
            _write(partial / f"{service}.json", json.dumps(saved, default=persistence._json_default))  # noqa: SLF001
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(copy)
    _sync(folder)
    if in_place_of is not None:
        shutil.rmtree(in_place_of, ignore_errors=True)
    for old in copies(folder)[COPIES:]:
        shutil.rmtree(old, ignore_errors=True)
    needed = {path for kept in copies(folder) for path in code_of(folder, kept)}
    for path in (folder / CODE).glob("*.zip"):
        if path not in needed:
            path.unlink()


def load_saved_state(folder: Path) -> None:
    """Gives every service its saved state.

    Call it after the engine's environment is set and before the engine serves.

    Raises:
        UnreadableStateError: a file is damaged, or of a version this engine does not know. Loading ends there.
    """
    from ministack import app
    from ministack.services import lambda_svc

    lambda_svc._prune_orphan_code_blobs = lambda _referenced: None  # noqa: SLF001 - the other copies need theirs
    copy = newest_copy(folder)
    for path in code_of(folder, copy):
        if not path.exists():  # MiniStack would answer every invocation with a success that did nothing
            raise UnreadableStateError(path, "it is missing")
    for service in sorted(KEPT & app._state_map.keys()):  # noqa: SLF001 - the only list of them
        path = copy / f"{service}.json"
        if not path.exists():
            if service in _ALWAYS_THERE and was_deployed(copy):
                raise UnreadableStateError(path, "it is missing")
            continue
        state = read_state(path, service)
        try:
            app._get_module(app._state_map[service]).load_persisted_state(state)  # noqa: SLF001 - as its own loader
        except LocalError:
            raise
        except Exception as error:  # whatever a service makes of a file that is JSON of another shape
            raise UnreadableStateError(path, f"it is no state of {service} ({type(error).__name__})") from error


def read_state(path: Path, service: str) -> Mapping[str, Any]:
    """A service's state as it was saved.

    Raises:
        UnreadableStateError: the file is damaged, or of a version this engine does not know.
    """
    from ministack.core import persistence

    try:
        saved = json.loads(path.read_bytes(), object_hook=persistence._json_object_hook)  # noqa: SLF001 - its format
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise UnreadableStateError(path, _why(error)) from error
    # A file without a version is of a MiniStack before there were any.
    versioned = isinstance(saved, dict) and _VERSION in saved
    newest = persistence._state_format_version(service)  # noqa: SLF001
    if versioned and not (isinstance(saved[_VERSION], int) and saved[_VERSION] <= newest):
        raise UnreadableStateError(path, f"its format is {saved[_VERSION]!r}, and this engine reads up to {newest}")
    state = saved.get("payload") if versioned else saved
    if not isinstance(state, dict):
        raise UnreadableStateError(path, "it holds no state")
    if service == "dynamodb" and not _is_mapping(state.get("tables")):  # its loader would pass over anything
        raise UnreadableStateError(path, "its 'tables' are none")
    return state


def code_of(folder: Path, copy: Path) -> list[Path]:
    """The archives with the code of a copy's functions; each is named for the SHA-256 of its content."""
    functions = copy / "lambda.json"
    found = _CODE_REFERENCE.findall(functions.read_bytes()) if functions.exists() else []
    return [folder / CODE / f"{digest.decode()}.zip" for digest in dict.fromkeys(found)]


def was_deployed(copy: Path) -> bool:
    """Whether a copy says that an assembly was deployed."""
    parameters = copy / "ssm.json"
    return parameters.exists() and DEPLOYED.encode() in parameters.read_bytes()


def set_aside(folder: Path, into: Path) -> list[str]:
    """Moves the files of an earlier version's state to `into`, once they are saved as a copy; returns their names."""
    files = [path for path in folder.glob("*.json") if path.read_bytes() != _guard()]
    if files:
        into.mkdir(parents=True, exist_ok=True)
        for path in files:
            path.replace(into / path.name)
    _write(folder / "dynamodb.json", _guard().decode())
    return sorted(path.name for path in files)


def _guard() -> bytes:
    return json.dumps(_GUARD).encode()


def _is_mapping(part: object) -> bool:
    return isinstance(part, Mapping) or hasattr(part, "_data")  # MiniStack's own, by account and region


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    if isinstance(error, json.JSONDecodeError):
        return f"it is not complete JSON (at character {error.pos})"
    return "it is not the JSON that was saved"
