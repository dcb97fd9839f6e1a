"""Request models of the import route."""

from __future__ import annotations

from typing import Any

from pydantic import RootModel


class PersonaFile(RootModel[dict[str, Any]]):
    """A file as JSON: a fourfold export, a persona as returned by the API, or a Character Card V2 or V3."""
