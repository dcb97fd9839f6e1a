"""Finds the API's URL and key: from the environment, or from the state folder of a local server."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from fourfold.cli.profiles import named_profile
from fourfold.errors import CommandError

DEFAULT_URL = "http://127.0.0.1:8000"


class NoConnectionError(CommandError):
    """No API key was found; the message says what to do."""


@dataclass(frozen=True)
class Connection:
    """The URL of the API, and a key for it."""

    url: str
    key: str


def find_connection() -> Connection:
    """Reads the profile that FOURFOLD_PROFILE names, or FOURFOLD_API_URL and FOURFOLD_API_KEY.

    Defaults come from the state folder that `make up` writes.

    Raises:
        NoConnectionError: neither the environment nor the state folder has a key.
        ProfileError: there is no such profile.
    """
    profile = named_profile()
    if profile is not None:
        return Connection(*profile)
    home = local_home()
    key = os.environ.get("FOURFOLD_API_KEY") or _read(home / "api_key")
    if not key:
        raise NoConnectionError(f"No API key in FOURFOLD_API_KEY or in {home}. Start the server with `make up` first.")
    return Connection(os.environ.get("FOURFOLD_API_URL") or _served_at(home) or DEFAULT_URL, key)


def local_home() -> Path:
    """FOURFOLD_HOME, or the nearest `.local` in this folder or a parent, so the command works in any subfolder."""
    configured = os.environ.get("FOURFOLD_HOME")
    if configured:
        return Path(configured).expanduser()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".local" / "api_key").exists():
            return folder / ".local"
    return here / ".local"


def _served_at(home: Path) -> str | None:
    try:
        return str(json.loads(_read(home / "server.json"))["api_url"])
    except (ValueError, KeyError, TypeError):
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        return ""
