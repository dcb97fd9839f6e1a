"""What an evaluation costs: of each arm generations and replies to scenarios, and the judge's calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from fourfold.config.models import ModelConfig
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.generation import planned_audit, planned_generation, usual_answer_tokens
from fourfold.estimates.planned import PlannedCall, estimate_of, request_tokens
from fourfold.estimates.scenario_replies import planned_replies
from fourfold.evaluation.models import Arm, BriefItem
from fourfold.llm.port import ModelRequest
from fourfold.steps import StepName

ExpectedUsd = Callable[[str, ModelRequest], float | None]


def estimate_evaluation(  # noqa: PLR0913 - what an evaluation is made of
    a: Arm,
    b: Arm,
    judge: ModelConfig,
    briefs: Sequence[BriefItem],
    calls: int,
    *,
    scenarios: Sequence[str] = (),
) -> Estimate:
    """Returns what an evaluation would cost, with its median brief by length for each of them.

    `calls` is how often the judge is called for one pair, `scenarios` are those that every persona answers.
    """
    typical = sorted(briefs, key=lambda brief: len(brief.text))[len(briefs) // 2].text
    planned = [call for arm in (a, b) for call in _of_arm(arm, typical, scenarios)]
    judged = replace(planned_audit(typical, judge), part="judge", least=calls, most=calls)
    times = len(briefs)
    return estimate_of([replace(call, least=call.least * times, most=call.most * times) for call in (*planned, judged)])


def step_call_usd(step: StepName, config: ModelConfig) -> ExpectedUsd:
    """Returns the expected cost of a call of a step, by model and request; None where no price is known."""
    return _call_usd(step.value, config, usual_answer_tokens(step))


def judge_call_usd(judge: ModelConfig) -> ExpectedUsd:
    """Returns the expected cost of a call of the judge, as `step_call_usd`."""
    return _call_usd("judge", judge, usual_answer_tokens(StepName.AUDIT))


def _of_arm(arm: Arm, brief: str, scenarios: Sequence[str]) -> list[PlannedCall]:
    calls = (*planned_generation(brief, arm.config), *planned_replies(arm, scenarios))
    return [replace(call, part=f"{arm.side}.{call.part}") for call in calls]


def _call_usd(part: str, config: ModelConfig, answer_tokens: int) -> ExpectedUsd:
    def expected(model: str, request: ModelRequest) -> float | None:
        asked = config.model_copy(update={"model": model})
        call = PlannedCall(part, asked, request_tokens(request), answer_tokens)
        return call.usd(call.thinking_tokens)

    return expected
