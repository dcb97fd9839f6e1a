"""Personas composed from the briefs of the label set, as a measure of the prompts and models that write them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.judge_passports import Figure
from fourfold.judges.agreement import mean, share
from fourfold.judges.prompt_versions import WRITING_STEPS
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import LanguageModel
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.run_step import run_step
from fourfold.steps import StepName

_RUN_S: Final = 600.0
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


def composed_measures(briefs: Sequence[str], model: LanguageModel) -> dict[str, Figure]:
    """The mean overall score (0-5) of first attempts, and the share of them that pass the audit's threshold.

    Raises:
        ModelError: the model gave no usable answer.
    """
    settings = RunSettings(EngineConfig())
    scores = [_overall(brief, settings, model) for brief in briefs]
    passed = sum(score >= settings.engine.pipeline.audit.min_overall_score for score in scores)
    measured = {"overall": mean(scores), "passed": share(passed, len(scores))}
    return {name: figure for name, figure in measured.items() if figure is not None}


def _overall(brief: str, settings: RunSettings, model: LanguageModel) -> float:
    state = new_run(brief, "ws_labels", settings, _EPOCH).state
    deadline = Deadline(time.monotonic() + _RUN_S)
    steps = [step for step in WRITING_STEPS if step.name is not StepName.SINGLE_CALL]
    for step in (*steps, AUDIT):
        state = run_step(step, state.reset_for(step.name), [model], deadline, NoWatcher()).state
    return 0.0 if state.audit is None else state.audit.overall
