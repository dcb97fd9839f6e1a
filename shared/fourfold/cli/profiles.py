"""Profiles: the URL and the API key of a deployment, by name, in a file that only its owner can read."""

from __future__ import annotations

import json
import os
from pathlib import Path

from fourfold.errors import CommandError

VARIABLE = "FOURFOLD_PROFILE"
_PRIVATE = 0o600


class ProfileError(CommandError):
    """The profile does not exist, or its file is damaged."""


def profiles_file() -> Path:
    """`fourfold/profiles.json` in XDG_CONFIG_HOME, by default ~/.config."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "fourfold" / "profiles.json"


def named_profile() -> tuple[str, str] | None:
    """The URL and key of the profile that FOURFOLD_PROFILE names, or None if it names none.

    Raises:
        ProfileError: there is no such profile.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return None
    stored = read_profiles().get(name)
    if stored is None:
        raise ProfileError(f"There is no profile {name}. Create it: fourfold login --profile {name}")
    return stored["url"], stored["key"]


def read_profiles() -> dict[str, dict[str, str]]:
    """All profiles by name.

    Raises:
        ProfileError: the file cannot be read.
    """
    path = profiles_file()
    try:
        found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return {name: {"url": str(each["url"]), "key": str(each["key"])} for name, each in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ProfileError(f"{path} cannot be read. Correct or remove it.") from None


def store_profile(name: str, url: str, key: str) -> Path:
    """Stores a profile, in place of one with the same name. Returns the file.

    Raises:
        OSError: the file cannot be written.
    """
    path = profiles_file()
    profiles = {**read_profiles(), name: {"url": url, "key": key}}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as file:
        json.dump(profiles, file, indent=2)
    written.replace(path)
    return path
