"""What the import route takes."""

from __future__ import annotations

from typing import Any

from pydantic import RootModel


class PersonaFile(RootModel[dict[str, Any]]):
    """A file as JSON: an export of fourfold, a persona as the API answers it, a Character Card V2 or V3."""
