"""OpenAPI examples of the constraint chain."""

from __future__ import annotations

from typing import Any

from fourfold.constraints import Fact, Link, Span, TraitBound
from fourfold.persona import Trait
from fourfold.steps import StepName
from functions.api.constraints.schemas import ConstraintChain
from functions.api.openapi.example_values import PERSONA_ID, by_schema


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    age = Fact(field="surface.age", value="34", quote="34", span=Span(start=15, end=17))
    bound = TraitBound(trait=Trait.EXTRAVERSION, maximum=0.4, reason="wants to be seen as ordinary")
    links = (
        Link(source=StepName.INTENT_PARSE, constraint=age),
        Link(source=StepName.SOUL_DRAFT, constraint=bound),
    )
    return by_schema([ConstraintChain(persona_id=PERSONA_ID, data=links, violations=())])
