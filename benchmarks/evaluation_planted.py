"""Whether the verdict finds what is planted in personas of the offline composer, and nothing where nothing is planted.

Each evaluation makes two personas of each of 40 briefs of `standard@1` with the six steps, one attempt, a seed of their
own for each arm; the audit by rule scores both without the chain, as the judge of an evaluation does. The harm is done
to the answers of the model of arm B, so the product's own checks, repairs and measures see it as they see a bad model.
No server and no state machine: `fourfold.pipeline` and `fourfold.evaluation` in this process.

`python -m benchmarks.evaluation_planted`
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.report import Report
from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.evaluation.briefs import brief_set
from fourfold.evaluation.claims import claims_of
from fourfold.evaluation.ledger import PersonaText, check_claims, claim_counts
from fourfold.evaluation.models import Arm, BriefItem, EvaluationReport, Observation, Side
from fourfold.evaluation.report import EvaluationData, report
from fourfold.evaluation.voices import voice_profile
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import Completion, LanguageModel, ModelRequest
from fourfold.models import resolve
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD, MaskBuild
from fourfold.pipeline.new_run import PersonaChoices, new_run
from fourfold.pipeline.refusal import BriefRefusedError
from fourfold.pipeline.run_step import run_step
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.state import Draft, RunState
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND, SurfaceGrounding

BRIEFS, SAME, SEED = 40, 5, 1000
STEPS: Final[tuple[Step[Any], ...]] = (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND)
PASS = 3.5
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
# Changes a request before it is answered, and the fields of an answer.
Ask = Callable[[ModelRequest], ModelRequest]
Alter = Callable[[ModelRequest, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Harmed:
    """The offline composer with a planted harm."""

    model: LanguageModel
    ask: Ask = lambda request: request
    alter: Alter = lambda _, answer: answer

    @property
    def name(self) -> str:
        """`provider:model`."""
        return self.model.name

    def complete(self, request: ModelRequest) -> Completion:
        """The composer's answer, harmed."""
        completion = self.model.complete(self.ask(request))
        answer = self.alter(request, json.loads(completion.text))
        return replace(completion, text=json.dumps(answer, ensure_ascii=False))


def _aged(request: ModelRequest, answer: dict[str, Any]) -> dict[str, Any]:
    if request.output_type is SurfaceGrounding:
        answer["surface"]["age"] = (answer["surface"]["age"] + 17) % 100
    return answer


def _flat(request: ModelRequest, answer: dict[str, Any]) -> dict[str, Any]:
    if request.output_type is MaskBuild:
        said = ["Well, that is how it is.", "I do what I can.", "You know how people are."]
        answer["mask"] |= {"signature_phrases": said, "vocabulary": ["thing", "people", "work"], "tone": "neutral"}
    return answer


def _unchained(request: ModelRequest) -> ModelRequest:
    if request.output_type is not MaskBuild:
        return request
    return replace(request, context=tuple(block for block in request.context if block.name != "constraints"))


HARMS: Final[dict[str, Callable[[LanguageModel], Harmed]]] = {
    "age facts lost": lambda model: Harmed(model, alter=_aged),
    "voices flattened": lambda model: Harmed(model, alter=_flat),
    "constraints dropped before the mask": lambda model: Harmed(model, ask=_unchained),
}


def measure() -> Report:
    """All figures."""
    published = Report("evaluation_planted")
    began = time.process_time()
    composer = resolve("offline:composer-1")
    arms = [_arm_of(composer, number) for number in range(SAME + 1)]
    for number in range(SAME):
        _publish(published, f"A/A {number + 1}", _compared(arms[number], arms[number + 1]))
    for what, harm in HARMS.items():
        harmed = _arm_of(harm(composer), SAME + 1)
        _publish(published, what, _compared(arms[0], harmed))
    published.figure("CPU", time.process_time() - began, "s")
    return published


def _arm_of(model: LanguageModel, number: int) -> list[Observation]:
    """The observations of one arm over the briefs; `number` gives its seeds."""
    briefs = brief_set("standard@1").briefs[:BRIEFS]
    return [_observed(model, brief, index, SEED * number + index) for index, brief in enumerate(briefs)]


def _observed(model: LanguageModel, brief: BriefItem, index: int, seed: int) -> Observation:
    state = new_run(brief.text, "ws_x", RunSettings(EngineConfig()), _AT, choices=PersonaChoices(seed=seed)).state
    try:
        for step in STEPS:
            state = run_step(step, state.reset_for(step.name), [model], _deadline(), NoWatcher()).state
        state = run_step(AUDIT, state.reset_for(AUDIT.name), [model], _deadline(), NoWatcher()).state
    except BriefRefusedError:
        return Observation(brief=index, side="a", status="failed")
    return _measured(state, brief, index)


def _measured(state: RunState, brief: BriefItem, index: int) -> Observation:
    draft = state.draft
    blind = state.model_copy(
        update={
            "draft": Draft(soul=draft.soul, self_=draft.self_, mask=draft.mask, surface=draft.surface),
            "constraints": (),
            "violations": (),
        }
    )
    judged = run_step(AUDIT, blind, [resolve("offline:composer-1")], _deadline(), NoWatcher()).state.audit
    if draft.soul is None or draft.self_ is None or draft.mask is None or draft.surface is None or judged is None:
        raise AssertionError("every step was run")
    own = state.audit
    text = PersonaText(draft.soul, draft.self_, draft.mask, draft.surface)
    return Observation(
        brief=index,
        side="a",
        overall=(judged.overall,),
        dimensions=judged.scores,
        claims=claim_counts(check_claims(claims_of(brief.text), text)),
        voice=voice_profile(draft.mask),
        violations=len(state.violations),
        attempts=1,
        status="active" if own is not None and own.overall >= PASS else "flagged",
    )


def _compared(a: list[Observation], b: list[Observation]) -> EvaluationReport:
    moved = [seen.model_copy(update={"side": "b"}) for seen in b]
    return report(
        EvaluationData(
            a=_arm("a"),
            b=_arm("b"),
            briefs=brief_set("standard@1").briefs[:BRIEFS],
            observations=[*a, *moved],
            judge="offline:composer-1",
        )
    )


def _publish(published: Report, what: str, found: EvaluationReport) -> None:
    numbers = ", ".join(
        f"{each.name} {each.difference:+.3f} ({each.interval.low:+.3f} to {each.interval.high:+.3f}) {each.verdict}"
        for each in found.measures
        if each.counts and each.difference is not None and each.interval is not None
    )
    published.outcome(what, f"{found.pairs} pairs", found.verdict, numbers)


def _arm(side: Side) -> Arm:
    config = EngineConfig()
    return Arm(side=side, label=side, config=config, config_hash=config.hash(), method="six_steps")


def _deadline() -> Deadline:
    return Deadline(time.monotonic() + 600)


if __name__ == "__main__":
    measure().publish()
