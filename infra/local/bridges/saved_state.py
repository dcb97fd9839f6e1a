"""Bridge: MiniStack starts empty when a saved state cannot be loaded, and overwrites the file at its next save.

Here such a file stops the start and is left unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fourfold.errors import LocalError
from infra.local.services import KEPT

# The SSM parameter that names the deployed assembly. SSM is saved last (see `save_state`), so where it names one, the
# whole deployment was saved.
DEPLOYED = "/fourfold/local/deployed-assembly"
_ALWAYS_THERE = frozenset({"cloudformation", "dynamodb"})
_VERSION = "__ministack_format__"


class UnreadableStateError(LocalError):
    """A saved state cannot be loaded; the text names the file and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The saved state {path} cannot be loaded: {reason}. Nothing was changed. Put back a good copy of the "
            f"file, or move {path.parents[1]} aside to start empty."
        )


def load_saved_state(folder: Path) -> None:
    """Load the saved state of every service, and disable MiniStack's own loader.

    Call it after the engine's environment is set and before the engine serves.

    Raises:
        UnreadableStateError: a file is damaged, or of a format that this engine does not read. Loading ends there.
    """
    from ministack import app

    for service in sorted(KEPT & app._state_map.keys()):  # noqa: SLF001 - the only list of them
        path = folder / f"{service}.json"
        if not path.exists():
            if service in _ALWAYS_THERE and _was_deployed(folder):
                raise UnreadableStateError(path, "it is missing")
            continue
        state = _read(path, service)
        if service == "dynamodb" and not _is_mapping(state.get("tables")):  # MiniStack's loader would ignore it
            raise UnreadableStateError(path, "its 'tables' are not a mapping")
        try:
            app._get_module(app._state_map[service]).load_persisted_state(state)  # noqa: SLF001 - as MiniStack's own loader does
        except Exception as error:  # services raise what they like for JSON of another shape
            raise UnreadableStateError(path, f"it is not a state of {service} ({type(error).__name__})") from error
    app._load_persisted_state = lambda: None  # noqa: SLF001


def _read(path: Path, service: str) -> Mapping[str, Any]:
    from ministack.core import persistence

    try:
        saved = json.loads(path.read_bytes(), object_hook=persistence._json_object_hook)  # noqa: SLF001 - its format
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise UnreadableStateError(path, _why(error)) from error
    # Files of early MiniStack versions have no format version.
    versioned = isinstance(saved, dict) and _VERSION in saved
    newest = persistence._state_format_version(service)  # noqa: SLF001
    if versioned and not (isinstance(saved[_VERSION], int) and saved[_VERSION] <= newest):
        raise UnreadableStateError(path, f"its format is {saved[_VERSION]!r}, and this engine reads up to {newest}")
    state = saved.get("payload") if versioned else saved
    if not isinstance(state, dict):
        raise UnreadableStateError(path, "it holds no state")
    return state


def _is_mapping(part: object) -> bool:
    return isinstance(part, Mapping) or hasattr(part, "_data")  # MiniStack's mapping by account and region


def _was_deployed(folder: Path) -> bool:
    parameters = folder / "ssm.json"
    return parameters.exists() and DEPLOYED.encode() in parameters.read_bytes()


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    if isinstance(error, json.JSONDecodeError):
        return f"it is not complete JSON (at character {error.pos})"
    return "it is not the JSON that was saved"
