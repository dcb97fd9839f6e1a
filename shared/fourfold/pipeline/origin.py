"""Where a fork comes from: its ancestors, and what its layers are based on until a run of its own writes them."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field

from fourfold.persona import Document
from fourfold.pipeline.state import DraftBasis

# The nearest ancestors that a fork knows.
MAX_ANCESTORS: Final = 50


class Origin(Document):
    """What a fork is stored with. `ancestors` are ids, the parent first, at most MAX_ANCESTORS.

    `basis` is the parsed brief and the constraint chain of the parent's layers; null if the parent has none.
    """

    ancestors: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_ANCESTORS)]
    basis: DraftBasis | None

    @classmethod
    def below(cls, parent_id: str, parent_origin: Origin | None, basis: DraftBasis | None) -> Self:
        """Returns the origin of a fork of `parent_id`."""
        further = () if parent_origin is None else parent_origin.ancestors
        return cls(ancestors=(parent_id, *further)[:MAX_ANCESTORS], basis=basis)
