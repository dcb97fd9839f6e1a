"""The store of evaluations, as the use cases see it. Every write may be repeated; what is stored once stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fourfold.evaluation.models import BriefItem, EvaluationReport, Side
from fourfold.evaluation.record import Evaluation, StopReason
from fourfold.llm.port import StoppedError
from fourfold.persona import Persona
from fourfold.progress.run import Run
from fourfold.spending.budget import Reservation
from fourfold.spending.spent import Account, Spent


class EvaluationStoppedError(StoppedError):
    """The evaluation sends no further call: its budget does not suffice for it, or it was cancelled."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is stored of a cell: its run, the constraints still violated in what the run wrote, its persona if any."""

    run: Run
    violations: int
    persona: Persona | None


class EvaluationStore(Protocol):
    """Evaluations of all workspaces. An id of another workspace is treated as absent."""

    def add(
        self, evaluation: Evaluation, run: Run, briefs: Sequence[BriefItem], reservation: Reservation | None = None
    ) -> bool:
        """Stores an evaluation, its run and its briefs, and reserves; False if it is stored already.

        Raises:
            BudgetExceededError: a budget has too little left; nothing is stored.
        """

    def pair_done(self, evaluation: Evaluation, brief: int) -> int | None:
        """Notes that the pair of a brief is judged; returns which one it is, from 1: the same if it is noted again.

        None if the evaluation is deleted.
        """

    def find(self, workspace_id: str, evaluation_id: str) -> Evaluation | None:
        """Returns the evaluation, or None."""

    def brief(self, workspace_id: str, evaluation_id: str, brief: int) -> BriefItem | None:
        """Returns one brief, or None."""

    def briefs(self, workspace_id: str, evaluation_id: str) -> Sequence[BriefItem]:
        """Returns all briefs, in order."""

    def cells(self, evaluation: Evaluation, briefs: Iterable[int]) -> Mapping[tuple[int, Side], Cell]:
        """Returns the cells of these briefs that have a run, by brief and side."""

    def judgement(self, evaluation: Evaluation, key: str) -> str | None:
        """Returns the text of a paid judgement, or None."""

    def judgements(self, evaluation: Evaluation) -> Mapping[str, str]:
        """Returns the texts of all judgements by key."""

    def keep_judgement(self, evaluation: Evaluation, key: str, text: str) -> None:
        """Stores the text of a judgement, unless one is stored under this key."""

    def finish(
        self,
        evaluation: Evaluation,
        run: Run,
        report: EvaluationReport,
        entries: Sequence[dict[str, Any]],
        spent: Mapping[Account, Spent],
    ) -> bool:
        """Stores the end of an evaluation with its run, report, events and usage; False if it has ended."""

    def report(self, workspace_id: str, evaluation_id: str) -> EvaluationReport | None:
        """Returns the report, or None."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What calls cost, and what open reservations hold, in USD.

    `unknown_calls` were sent by a process that ended before their answer was recorded; `unknown_usd` is their part.
    """

    usd: float = 0.0
    unknown_calls: int = 0
    unknown_usd: float = 0.0


class Budget(Protocol):
    """What an evaluation may still spend. Amounts are in USD. `call` is equal for calls with the same request."""

    def reserve(self, call: str, usd: float) -> None:
        """Takes `usd` from what is left.

        Raises:
            EvaluationStoppedError: less is left, or the evaluation was cancelled.
        """

    def settle(self, call: str, reserved: float, spent: float) -> None:
        """Replaces a reservation by what the call cost, and with it those of equal calls that were never settled."""

    def stop(self, reason: StopReason) -> None:
        """Ends all further calls. The first reason stays."""

    def stopped(self) -> StopReason | None:
        """Returns why no further call is sent, or None."""

    def spent(self) -> Committed:
        """Returns what is reserved and spent."""


def judgement_key(brief: int, side: Side, number: int) -> str:
    """The key of the judgement `number` (from 0) of one arm's persona."""
    return f"{brief:04}/{side}/{number}"


def reply_key(brief: int, side: Side, scenario: str) -> str:
    """The key of a persona's reply to a scenario, which is stored beside the judgements."""
    return f"{brief:04}/{side}/reply/{scenario}"


def preference_key(brief: int, first: Side) -> str:
    """The key of the preference between the two personas of a brief, with the persona of `first` shown first."""
    return f"{brief:04}/preference/{first}"
