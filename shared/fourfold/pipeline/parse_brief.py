"""Runs step 1 alone: parses a brief without starting a run. Nothing is logged or stored."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from fourfold.config.engine import PinnedConfig
from fourfold.constraints import Fact, Note, TraitBound, Violation, VoiceDemand
from fourfold.ids import new_persona_id, new_run_id
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import LanguageModel, ModelCall, ModelError
from fourfold.persona import INTENT_MAX_CHARACTERS, Document, Language, Line, StepUsage
from fourfold.pipeline.failure import job_problem
from fourfold.pipeline.intent import Refusal, TonalAxes
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.run_step import run_step
from fourfold.pipeline.state import RunState
from fourfold.problem import Problem
from fourfold.progress.run import tokens_and_cost


class ParseInput(Document):
    """A brief to parse, and the settings to use."""

    intent: Annotated[str, Field(min_length=1, max_length=INTENT_MAX_CHARACTERS)]
    config: PinnedConfig


class ParsedBrief(Document):
    """The parsed brief: hints, facts with their position in the brief, and constraints on the persona.

    `refusal` is the kind of a brief that `POST /v1/personas` refuses, else null. `violations` lists what the answer
    still violates after its repair, such as a quote that is not in the brief. `usage` is the cost of all model calls.
    """

    language: Language
    locale: Language
    genre_hints: tuple[Line, ...]
    tonal_axes: TonalAxes
    gender: Literal["female", "male", "nonbinary"] | None
    refusal: Refusal | None
    facts: tuple[Fact, ...]
    constraints: tuple[TraitBound | VoiceDemand | Note, ...]
    violations: tuple[Violation, ...]
    provider: str
    model: str
    usage: StepUsage


class ParseOutcome(Document):
    """What parsing came to: the parsed brief, or the problem if no model gave a usable answer; and every call."""

    brief: ParsedBrief | None
    problem: Problem | None = None
    calls: tuple[ModelCall, ...]


def parse_brief(request: ParseInput, models: Sequence[LanguageModel], deadline: Deadline) -> ParseOutcome:
    """Parses the brief."""
    # The step needs a run state. This one belongs to no run, so its ids are not stored.
    state = RunState(
        run_id=new_run_id(),
        persona_id=new_persona_id(),
        workspace_id="",
        intent=request.intent,
        started_at=datetime.now(UTC),
        config=request.config,
        config_hash="",
    )
    started = time.perf_counter()
    try:
        outcome = run_step(INTENT_PARSE, state, models, deadline, NoWatcher())
    except ModelError as error:  # its calls may be paid
        return ParseOutcome(brief=None, problem=job_problem(error), calls=error.calls)
    parse = outcome.state.draft.parse
    if parse is None:
        raise ValueError("intent_parse returned no parse")
    tokens, cost_usd = tokens_and_cost(outcome.calls)
    chain = [link.constraint for link in outcome.state.constraints]
    brief = ParsedBrief(
        language=parse.language,
        locale=parse.locale,
        genre_hints=parse.genre_hints,
        tonal_axes=parse.tonal_axes,
        gender=parse.gender,
        refusal=parse.refusal,
        facts=tuple(item for item in chain if isinstance(item, Fact)),
        constraints=tuple(item for item in chain if not isinstance(item, Fact)),
        violations=outcome.violations,
        provider=outcome.provider,
        model=outcome.model,
        usage=StepUsage(tokens=tokens, cost_usd=cost_usd, duration_ms=round((time.perf_counter() - started) * 1000)),
    )
    return ParseOutcome(brief=brief, calls=outcome.calls)
