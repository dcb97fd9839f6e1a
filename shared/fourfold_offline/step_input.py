"""The blocks of a request, parsed; any of them may be missing or written by another model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from fourfold.constraints import Fact, FactField, Link, Note, TraitBound, Violation, VoiceDemand, VoiceMarker
from fourfold.llm.port import ModelRequest
from fourfold.persona import Finding, Mask, SelfLayer, Soul, Surface
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.rewrite import Refinement
from fourfold_offline.grammar import Gender
from fourfold_offline.lexicon.given_names import gender_of_name
from fourfold_offline.seeded_choice import SeededChoice

Parsed = TypeVar("Parsed", bound=BaseModel)

_LINKS = TypeAdapter(tuple[Link, ...])
_VIOLATIONS = TypeAdapter(tuple[Violation, ...])
_FINDINGS = TypeAdapter(tuple[Finding, ...])


@dataclass(frozen=True)
class StepInput:
    """The blocks of one request. `draw` is seeded by brief, variation, findings and repair, `stable_draw` by brief and variation."""

    brief: str
    intent: Intent
    soul: Soul | None
    self_: SelfLayer | None
    mask: Mask | None
    surface: Surface | None
    chain: tuple[Link, ...]
    violations: tuple[Violation, ...]
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    rewrite_language: str | None = None
    variation: int | None = None
    refinement: Refinement | None = None
    before: Soul | Mask | None = None
    first: object = None
    second: object = None
    taken_names: frozenset[str] = frozenset()

    @cached_property
    def draw(self) -> SeededChoice:
        found = [f"{item.field}|{item.note}" for item in self.findings]
        return SeededChoice("composer-1", *self._seed, *found, "repair", *self.problems)

    @cached_property
    def stable_draw(self) -> SeededChoice:
        return SeededChoice("composer-1", *self._seed)

    @property
    def _seed(self) -> tuple[str, ...]:
        return (self.brief,) if self.variation is None else (self.brief, f"variation {self.variation}")

    def facts(self, field: FactField) -> list[Fact]:
        """The facts of the brief on one field, in the order they were stated."""
        return [
            link.constraint
            for link in self.chain
            if isinstance(link.constraint, Fact) and link.constraint.field == field
        ]

    def value(self, field: FactField) -> str | None:
        """The first value the brief states for a field."""
        return next((fact.value for fact in self.facts(field)), None)

    @cached_property
    def bounds(self) -> list[TraitBound]:
        return [link.constraint for link in self.chain if isinstance(link.constraint, TraitBound)]

    @cached_property
    def demands(self) -> list[VoiceMarker]:
        """The voice demands of the chain, in order, each once."""
        found = [link.constraint.marker for link in self.chain if isinstance(link.constraint, VoiceDemand)]
        return list(dict.fromkeys(found))

    @cached_property
    def notes(self) -> list[str]:
        return [link.constraint.text for link in self.chain if isinstance(link.constraint, Note)]

    @cached_property
    def gender(self) -> Gender:
        """The gender by the brief, else by the name, else by the soul's pronouns, else drawn from the brief."""
        if self.intent.gender is not None:
            return self.intent.gender
        name = self.value("surface.name")
        by_name = gender_of_name(name, self.intent.locale) if name is not None else None
        if by_name is not None:
            return by_name
        if self.soul is not None:
            counted = _pronoun_gender(" ".join(self.soul.model_dump().values()))
            if counted is not None:
                return counted
        return "female" if self.stable_draw.unit("gender") < _HALF else "male"


_HALF = 0.5


def read_request(request: ModelRequest) -> StepInput:
    """The input of a request. Missing and malformed blocks are None or empty."""
    brief, refinement = request.block("brief"), _refinement_in(request)
    return StepInput(
        brief=brief if isinstance(brief, str) else "",
        intent=parsed(Intent, request.block("intent")) or Intent(language="en", locale="en-US"),
        soul=parsed(Soul, request.block("soul")),
        self_=parsed(SelfLayer, request.block("self")),
        mask=parsed(Mask, request.block("mask")),
        surface=parsed(Surface, request.block("surface")),
        chain=_all(_LINKS, request.block("constraints")),
        violations=_all(_VIOLATIONS, request.block("violations")),
        findings=_all(_FINDINGS, request.block("findings")),
        problems=request.repair.problems if request.repair else (),
        rewrite_language=_language_of(request.block("rewrite")),
        variation=_number_of(request.block("variation")),
        refinement=refinement,
        before=parsed(_REFINED[refinement.layer], request.block("before")) if refinement is not None else None,
        first=request.block("first"),
        second=request.block("second"),
        taken_names=_names_in(request),
    )


_REFINED: dict[str, type[Soul] | type[Mask]] = {"soul": Soul, "mask": Mask}


def _refinement_in(request: ModelRequest) -> Refinement | None:
    """The move that a rewrite asks for, of the layer that the step writes; None without one."""
    asked = request.block("refine")
    layer = {"SoulDraft": "soul", "MaskBuild": "mask"}.get(request.output_type.__name__)
    return parsed(Refinement, {**asked, "layer": layer}) if isinstance(asked, dict) and layer is not None else None


def _language_of(rewrite: object) -> str | None:
    """The language (BCP 47) that a rewrite asks for, or None."""
    language = rewrite.get("language") if isinstance(rewrite, dict) else None
    return language if isinstance(language, str) else None


def _refused_name(fault: str) -> str | None:
    """The name that a fault in a repair request refuses, or None. No pattern: a model's name may hold its beginning."""
    _, _, rest = fault.partition("surface.name is ")
    name, end, _ = rest.partition("; must be another name")
    return name if name and end else None


def _names_in(request: ModelRequest) -> frozenset[str]:
    """The names that the person must not have: those of others, and one that a repair request refuses."""
    block = request.block("taken_names")
    listed = [name for name in block if isinstance(name, str)] if isinstance(block, list) else []
    problems = request.repair.problems if request.repair else ()
    refused = [name for name in map(_refused_name, problems) if name is not None]
    return frozenset((*listed, *refused))


def _number_of(variation: object) -> int | None:
    """The number that the brief is varied by, or None."""
    number = variation.get("number") if isinstance(variation, dict) else None
    return number if isinstance(number, int) else None


def parsed(model: type[Parsed], data: object) -> Parsed | None:
    """The data as a document; None if it is missing or not valid."""
    if data is None:
        return None
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def _all(adapter: TypeAdapter[tuple[Parsed, ...]], data: object) -> tuple[Parsed, ...]:
    if data is None:
        return ()
    try:
        return adapter.validate_python(data)
    except ValidationError:
        return ()


def _pronoun_gender(text: str) -> Gender | None:
    words = re.findall(r"[a-z]+", text.casefold())
    female = sum(word in {"she", "her", "hers", "herself"} for word in words)
    male = sum(word in {"he", "him", "his", "himself"} for word in words)
    if female == male:
        return None
    return "female" if female > male else "male"
