"""The judge of an evaluation: the audit's rubric, asked about a brief and four layers, without the arm.

The request holds no constraints, no violations, no attempt and no earlier score: they would show the method.
"""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.config.variant import Variant
from fourfold.evaluation.preference import Placed, prefer
from fourfold.evaluation.record import Evaluation
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import LanguageModel, ModelCall
from fourfold.persona import Document, Persona, Scores
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.run_step import run_step
from fourfold.pipeline.state import Draft, RunState
from fourfold.provocation.judge import JudgeConfig


class Judgement(Document):
    """One judgement of one persona: the overall score (0-5) and those of the dimensions, null if the judge gave none.

    `judge` is the model that answered, `calls` are all calls that it took.
    """

    overall: float | None
    scores: Scores | None
    judge: str | None = None
    rubric_version: str | None = None
    calls: tuple[ModelCall, ...] = ()


def judge_persona(
    persona: Persona, evaluation: Evaluation, models: Sequence[LanguageModel], deadline: Deadline
) -> Judgement:
    """Asks the judge once.

    Raises:
        EvaluationStoppedError: the evaluation sends no further call.
        ModelError: the judge gave no usable answer.
    """
    outcome = run_step(AUDIT, blind_state(persona, evaluation), models, deadline, NoWatcher())
    audit = outcome.state.audit
    if audit is None:
        raise AssertionError("an audit's answer has scores")
    return Judgement(
        overall=audit.overall,
        scores=audit.scores,
        judge=audit.judge,
        rubric_version=audit.rubric_version,
        calls=outcome.calls,
    )


def no_judgement(calls: tuple[ModelCall, ...]) -> Judgement:
    """Returns what is stored of calls without a usable answer: a judgement without scores."""
    return Judgement(overall=None, scores=None, calls=calls)


class PairJudgement(Document):
    """Which of two personas the judge prefers in one order; null if it gave no usable answer."""

    prefers: Placed | None
    judge: str | None = None
    calls: tuple[ModelCall, ...] = ()


def judge_pair(
    shown: tuple[Persona, Persona], evaluation: Evaluation, models: Sequence[LanguageModel], deadline: Deadline
) -> PairJudgement:
    """Asks the judge once which of two personas is the better one, in the order in which they are given.

    Raises:
        EvaluationStoppedError: the evaluation sends no further call.
        ModelError: the judge gave no usable answer.
    """
    config = JudgeConfig(models, evaluation.judge, deadline, settings="engine.pipeline.audit")
    found = prefer(shown[0].intent, shown[0], shown[1], config)
    return PairJudgement(prefers=found.prefers, judge=found.judge, calls=found.calls)


def no_preference(calls: tuple[ModelCall, ...]) -> PairJudgement:
    """Returns what is stored of calls without a usable answer: no preference."""
    return PairJudgement(prefers=None, calls=calls)


def blind_state(persona: Persona, evaluation: Evaluation) -> RunState:
    """Returns the state that the judge is shown: the brief and the layers, under the judge's settings.

    The rubric is the shipped one: a variant's own rubric must not judge its arm.
    """
    pipeline = evaluation.a.config.pipeline.model_copy(update={"audit": evaluation.judge, "variant": Variant()})
    return RunState(
        run_id=evaluation.run_id,
        persona_id=persona.id,
        workspace_id=persona.workspace_id,
        intent=persona.intent,
        started_at=evaluation.created_at,
        config=evaluation.a.config.pinned().model_copy(update={"pipeline": pipeline}),
        config_hash=evaluation.a.config_hash,
        draft=Draft(soul=persona.soul, self_=persona.self_, mask=persona.mask, surface=persona.surface),
    )
