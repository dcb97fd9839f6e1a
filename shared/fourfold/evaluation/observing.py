"""What is observed of a pair: the run and the persona of each cell, with the judgements of the evaluation's judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Final

from fourfold.evaluation.cells import persona_id_of, run_id_of
from fourfold.evaluation.claims import claims_of
from fourfold.evaluation.judging import Judgement, PairJudgement
from fourfold.evaluation.ledger import CheckedClaim, PersonaText, check_claims, claim_counts
from fourfold.evaluation.models import SIDES, ClaimCounts, Observation, Preference, Side
from fourfold.evaluation.preference import in_both_orders
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.replying import PersonaReply
from fourfold.evaluation.store import Cell, judgement_key, preference_key, reply_key
from fourfold.evaluation.voices import Profile, reply_profile, voice_profile
from fourfold.llm.port import ModelFailure
from fourfold.persona import Dimension, Persona, PersonaStatus, Scores, TokenUsage
from fourfold.progress.run import RunStatus, tokens_and_cost

# Problems of runs that did not fail: the evaluation, its caller or the server ended them.
_ENDED_FROM_OUTSIDE: Final = frozenset({"evaluation_stopped", "run_cancelled", "persona_deleted", "run_interrupted"})


def judgements_of(evaluation: Evaluation, brief: int, side: Side, stored: Mapping[str, str]) -> list[Judgement]:
    """Returns the stored judgements of a cell's persona."""
    keys = (judgement_key(brief, side, number) for number in range(evaluation.repeats))
    return [Judgement.model_validate_json(stored[key]) for key in keys if key in stored]


def observation(  # noqa: PLR0913, PLR0917 - a cell and what it came to
    evaluation: Evaluation,
    brief: int,
    side: Side,
    cell: Cell,
    judgements: Sequence[Judgement],
    replies: Sequence[PersonaReply] = (),
) -> Observation | None:
    """Returns what a cell came to; None while its run has not ended.

    A run that the stop of the evaluation ended is no observation: its arm did not fail.
    """
    run, persona = cell.run, cell.persona
    if run.status is RunStatus.RUNNING or (run.error is not None and run.error.code in _ENDED_FROM_OUTSIDE):
        return None
    written = persona if persona is not None and persona.has_layers else None
    scores = [judgement.scores for judgement in judgements if judgement.scores is not None]
    return Observation(
        brief=brief,
        side=side,
        persona_id=None if written is None else persona_id_of(evaluation.id, brief, side),
        run_id=run_id_of(evaluation.id, brief, side),
        overall=tuple(judgement.overall for judgement in judgements if judgement.overall is not None),
        dimensions=_mean(scores),
        claims=None if written is None else claims_kept(written),
        voice=() if written is None or written.mask is None else voice_profile(written.mask),
        replies=_reply_profile(evaluation, replies),
        violations=cell.violations if written is not None else 0,
        attempts=len(run.attempts),
        status="failed" if written is None else "flagged" if written.status is PersonaStatus.FLAGGED else "active",
        tokens=_count(run.usage.tokens),
        usd=run.usage.cost_usd,
        fault=None if run.error is None else run.error.code,
        judge_faults=_faults(judgements),
        wall_ms=0 if run.completed_at is None else round((run.completed_at - run.started_at).total_seconds() * 1000),
    )


def replies_of(evaluation: Evaluation, brief: int, side: Side, stored: Mapping[str, str]) -> list[PersonaReply]:
    """Returns the stored replies of a cell's persona to the evaluation's scenarios."""
    keys = (reply_key(brief, side, name) for name in evaluation.scenarios)
    return [PersonaReply.model_validate_json(stored[key]) for key in keys if key in stored]


def preference_of(brief: int, stored: Mapping[str, str]) -> Preference | None:
    """Returns the preference between the personas of a brief; None without an answer in each order."""
    found = pair_judgements_of(brief, stored)
    a_first, b_first = found.get("a"), found.get("b")
    if a_first is None or b_first is None or a_first.prefers is None or b_first.prefers is None:
        return None
    return in_both_orders(brief, a_first.prefers, b_first.prefers)


def pair_judgements_of(brief: int, stored: Mapping[str, str]) -> dict[Side, PairJudgement]:
    """Returns the stored answers about a pair, by the arm that was shown first."""
    keys = {side: preference_key(brief, side) for side in SIDES}
    return {side: PairJudgement.model_validate_json(stored[key]) for side, key in keys.items() if key in stored}


def claims_kept(persona: Persona) -> ClaimCounts | None:
    """Returns how many facts of a persona's brief it keeps, changes and lacks; None without layers."""
    checked = checked_claims(persona)
    return None if checked is None else claim_counts(checked)


def checked_claims(persona: Persona) -> tuple[CheckedClaim, ...] | None:
    """Returns what became of each fact of a persona's brief; None without layers."""
    soul, self_, mask, surface = persona.soul, persona.self_, persona.mask, persona.surface
    if soul is None or self_ is None or mask is None or surface is None:
        return None
    return check_claims(claims_of(persona.intent), PersonaText(soul, self_, mask, surface))


def judging_cost(judgements: Iterable[Judgement | PairJudgement]) -> tuple[TokenUsage, float | None]:
    """Returns the tokens and the USD of judgements."""
    return tokens_and_cost(call for judgement in judgements for call in judgement.calls)


def _reply_profile(evaluation: Evaluation, replies: Sequence[PersonaReply]) -> Profile:
    """The profile of a persona that answered every scenario: with fewer replies, profiles are farther apart."""
    given = [each.reply for each in replies if each.reply is not None]
    return reply_profile(given) if given and len(given) == len(evaluation.scenarios) else ()


def _faults(judgements: Sequence[Judgement]) -> tuple[ModelFailure, ...]:
    """Why the calls of judgements without a score failed; answers that were used after a repair are no fault."""
    calls = (call for judgement in judgements if judgement.overall is None for call in judgement.calls)
    return tuple(call.failure for call in calls if call.failure is not None)


def _mean(scores: Sequence[Scores]) -> Scores | None:
    if not scores:
        return None
    return Scores(**{each.value: round(fmean(one.of(each) for one in scores), 4) for each in Dimension})


def _count(tokens: TokenUsage) -> int:
    return tokens.input_tokens + tokens.cache_read_tokens + tokens.cache_write_tokens + tokens.output_tokens
