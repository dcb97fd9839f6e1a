"""Reply models of the constraint chain."""

from __future__ import annotations

from pydantic import BaseModel

from fourfold.constraints import Link, Violation
from fourfold.ids import PersonaId


class ConstraintChain(BaseModel):
    """What each step demanded of later layers, in order, and what is still violated.

    Both are of the run that wrote the layers, and empty for an imported persona.
    """

    persona_id: PersonaId
    data: tuple[Link, ...]
    violations: tuple[Violation, ...]
