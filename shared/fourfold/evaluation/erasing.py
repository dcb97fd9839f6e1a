"""Erases an evaluation with its personas, a slice at a time. Every slice may be interrupted and repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from fourfold.evaluation.cells import persona_id_of
from fourfold.evaluation.models import SIDES
from fourfold.evaluation.record import Evaluation

# Briefs that are looked at together: an evaluation that ended early has no personas of most of them.
_BRIEFS_AT_ONCE: Final = 25


class ErasureStore(Protocol):
    """What is left of an evaluation that is being erased."""

    def erased(self, evaluation: Evaluation) -> int:
        """Returns how many of its briefs have no personas left."""

    def personas_left(self, evaluation: Evaluation, briefs: Sequence[int]) -> Collection[str]:
        """Returns the ids of the personas of these briefs that are stored, or whose deletion has begun."""

    def note_erased(self, evaluation: Evaluation, briefs: int) -> None:
        """Notes that the first `briefs` briefs have no personas left."""

    def remove(self, evaluation: Evaluation, has_time: Callable[[], bool]) -> bool:
        """Deletes what it stores beside its personas, its record last; False if the time was over before."""


@dataclass(frozen=True)
class EvaluationEraser:
    """The dependencies of an erasure.

    `delete_persona(workspace_id, persona_id)` deletes a persona with all it owns; an absent one is no error.
    `clear_log` deletes the log of the evaluation's run. `monotonic` is a clock in seconds.
    """

    store: ErasureStore
    delete_persona: Callable[[str, str], object]
    clear_log: Callable[[Evaluation], None]
    monotonic: Callable[[], float]


def erase_slice(evaluation: Evaluation, eraser: EvaluationEraser, seconds: float) -> bool:
    """Erases an evaluation that has ended, for about `seconds`; says whether nothing is left of it.

    Raises:
        ConcurrentChangeError: one of its personas was changed at every attempt.
    """
    until = eraser.monotonic() + seconds
    for first in range(eraser.store.erased(evaluation), evaluation.briefs, _BRIEFS_AT_ONCE):
        briefs = range(first, min(first + _BRIEFS_AT_ONCE, evaluation.briefs))
        left = eraser.store.personas_left(evaluation, briefs)
        for brief in briefs:
            if eraser.monotonic() > until:
                return False
            found = [each for each in (persona_id_of(evaluation.id, brief, side) for side in SIDES) if each in left]
            for persona_id in found:
                eraser.delete_persona(evaluation.workspace_id, persona_id)
            if found or brief == briefs[-1]:
                eraser.store.note_erased(evaluation, brief + 1)
    eraser.clear_log(evaluation)
    return eraser.store.remove(evaluation, lambda: eraser.monotonic() <= until)
