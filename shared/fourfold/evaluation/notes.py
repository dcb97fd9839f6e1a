"""Notes of a report on models, failed runs, the judge's answers and preferences: what the numbers do not show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean, variance
from typing import Final

from fourfold.evaluation.models import SIDES, Arm, Observation, Preference, Side
from fourfold.llm.model_names import OFFLINE
from fourfold.steps import SINGLE_CALL_ORDER, STEP_ORDER, StepName

# Kinds of faults that a note names, of each side.
_MOST_FAULTS: Final = 3


def notes_on_models(a: Arm, b: Arm, judge: str) -> list[str]:
    """Whether the offline composer wrote or judged, and whether the judge's model wrote for one side alone."""
    writers = {"A": _writers(a), "B": _writers(b)}
    composed = [side for side, models in writers.items() if any(map(_is_offline, models))]
    parts = [f"wrote personas of {' and '.join(composed)}"] if composed else []
    parts += ["judged"] if _is_offline(judge) else []
    if parts:
        return [f"The offline composer {' and '.join(parts)}, by rules: the numbers say nothing about models."]
    own = [side for side, models in writers.items() if judge in models]
    if len(own) != 1:
        return []
    note = f"The judge {judge} also wrote personas of {own[0]} and of no other side: a judge may prefer its own prose."
    return [note]


def notes_on_failures(observations: Sequence[Observation]) -> list[str]:
    """How many runs of each side failed, and why."""
    failed = {side: [seen for seen in _of(observations, side) if seen.status == "failed"] for side in SIDES}
    if not any(failed.values()):
        return []
    why = _named(*([seen.fault for seen in failed[side]] for side in SIDES))
    note = (
        f"Failed runs: {len(failed['a'])} of A, {len(failed['b'])} of B{why}. `failed` and `passed` have their pairs; "
        "every other measure is of the pairs in which both sides made a persona. What failed runs cost is in the costs "
        "of the arms alone."
    )
    return [note]


def notes_on_judge(observations: Sequence[Observation]) -> list[str]:
    """How many personas of each side the judge did not score, and why."""
    missing = {
        side: [seen for seen in _of(observations, side) if seen.status != "failed" and not seen.overall]
        for side in SIDES
    }
    if not any(missing.values()):
        return []
    why = _named(*([fault.value for seen in missing[side] for fault in seen.judge_faults] for side in SIDES))
    return [
        (
            f"Personas without a usable score of the judge: {len(missing['a'])} of A, {len(missing['b'])} of B{why}. "
            "Their pairs have no score."
        )
    ]


def notes_on_repeats(observations: Sequence[Observation]) -> list[str]:
    """The standard deviation of repeated judgements of one persona."""
    spreads = [variance(each.overall) for each in observations if len(each.overall) > 1]
    if not spreads:
        return []
    return [
        (
            f"Repeated judgements of one persona have a standard deviation of {fmean(spreads) ** 0.5:.2f} points "
            f"(n = {len(spreads)} personas)."
        )
    ]


def notes_on_preferences(preferences: Sequence[Preference]) -> list[str]:
    """How often the order in which a pair was shown decided."""
    if not preferences:
        return []
    swapped = sum(each.ab != each.ba for each in preferences)
    note = (
        f"In {swapped} of {len(preferences)} pairs the judge's preference changed with the order in which it saw the "
        "personas; those pairs are ties."
    )
    return [note]


def _writers(arm: Arm) -> set[str]:
    """The first models of the steps that write."""
    order = SINGLE_CALL_ORDER if arm.method == "single_call" else STEP_ORDER
    return {arm.config.pipeline.of(step).model for step in order if step is not StepName.AUDIT}


def _is_offline(model: str) -> bool:
    return model.startswith(f"{OFFLINE}:")


def _of(observations: Sequence[Observation], side: Side) -> Iterable[Observation]:
    return (seen for seen in observations if seen.side == side)


def _named(a: Iterable[str | None], b: Iterable[str | None]) -> str:
    """The codes of A's and B's faults in parentheses, the most frequent first, with their numbers; empty if none."""
    parts = []
    for side, codes in (("A", a), ("B", b)):
        counted = Counter(code for code in codes if code is not None).most_common(_MOST_FAULTS)
        if counted:
            parts.append(f"{side}: {', '.join(f'{code} {number}' for code, number in counted)}")
    return f" ({'; '.join(parts)})" if parts else ""
