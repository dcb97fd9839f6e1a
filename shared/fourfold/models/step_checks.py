"""Asks a model each step's real question once: whether the pipeline can read its answers, how fast it is, its cost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from fourfold.config.engine import EngineConfig
from fourfold.ids import new_persona_id, new_run_id
from fourfold.llm.advice import advice
from fourfold.llm.answer_reader import read_answer
from fourfold.llm.port import ModelError
from fourfold.models import resolve
from fourfold.persona import TokenUsage
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from fourfold.steps import StepName

STEPS: Final[tuple[Step[Any], ...]] = (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, AUDIT)


@dataclass(frozen=True, slots=True)
class StepCheck:
    """One step asked of one model. `problem` is empty for an answer that fits the step's schema.

    `fields` are the paths of what did not fit; `notes` say what was done to read the answer.
    """

    step: StepName
    model: str
    seconds: float
    usage: TokenUsage
    cost_usd: float | None
    problem: str = ""
    fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tokens_per_second(self) -> float:
        """Tokens written a second, the reading of the prompt included."""
        return self.usage.output_tokens / max(self.seconds, 0.001)


def check_steps(config: EngineConfig) -> Iterator[StepCheck]:
    """Each step's question, about a persona that is ready-made, put once to the step's first model."""
    sample = _sample()
    state = RunState(
        run_id=new_run_id(),
        persona_id=new_persona_id(),
        workspace_id="",
        intent=sample["brief"],
        started_at=datetime.now(UTC),
        config=config.pinned(),
        config_hash="",
    )
    for step in STEPS:
        current = state.reset_for(step.name)
        yield _checked(step, current)
        answer = step.output_type.model_validate(sample["answers"][step.name.value], strict=False)
        state = step.apply(current, answer).state


def _checked(step: Step[Any], state: RunState) -> StepCheck:
    settings = state.config.pipeline.of(step.name)
    # With progress a local server streams, as it does in a run.
    request = replace(step.request(state), on_progress=lambda _tokens: None)
    began = time.monotonic()
    try:
        completion = resolve(settings.model).complete(request)
    except ModelError as error:
        what = error.advice or advice(error.failure, f"engine.pipeline.{step.name}")
        spent = error.spent
        seconds = time.monotonic() - began
        return StepCheck(step.name, settings.model, seconds, spent.usage, spent.cost_usd, f"{error.reason} {what}")
    seconds = time.monotonic() - began
    read = read_answer(step.output_type, completion.text)
    problem = "; ".join(map(str, read.faults[:3]))
    fields = tuple(fault.field for fault in read.faults)
    notes = (*completion.notes, *read.notes)
    name, usage, cost = settings.model, completion.usage, completion.cost_usd
    return StepCheck(step.name, name, seconds, usage, cost, problem, fields, notes)


@cache
def _sample() -> dict[str, Any]:
    text = (resources.files("fourfold.pipeline") / "data" / "sample_answers.json").read_text(encoding="utf-8")
    sample: dict[str, Any] = json.loads(text)
    return sample
