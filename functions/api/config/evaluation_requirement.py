"""Refuses a commit that changes the pipeline where `engine.pipeline.require_evaluation` demands an evaluation first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fourfold.config.commit import KeyChange
from fourfold.config.effective import settings_of
from fourfold.config.engine import EngineConfig
from fourfold.config.entries import Entry, ScopeState
from fourfold.config.registry import flattened, registry
from fourfold.config.request import REQUEST_KEYS
from fourfold.config.resolution import effective, resolve
from fourfold.config.settings import Settings
from fourfold.evaluation.measures import DEFAULT_METRICS, POINTS_MARGIN
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.clock import now
from functions.configuration import deployment_defaults
from functions.wiring import evaluations

CODE: Final = "evaluation_required"
REQUIRED: Final = "engine.pipeline.require_evaluation"
# What one arm of an evaluation can change: models, method, variant, retries.
COMPARED: Final = tuple(key for key in REQUEST_KEYS if key.startswith("engine.pipeline."))
_SUFFICIENT: Final = frozenset({"better", "equivalent"})
# The newest evaluations that are looked at: one page of the list. It bounds a commit.
_LOOKED_AT: Final = 100
_NAMED: Final = 5


class EvaluationRequirement:
    """Implements `commit_guard.Requirement` for a workspace."""

    def __init__(self, workspace_id: str) -> None:
        self._workspace_id = workspace_id

    def concerns(self, changes: Sequence[KeyChange]) -> bool:
        """Whether the settings of the pipeline change that an evaluation can compare, or the demand itself."""
        return any(change.key in {*COMPARED, REQUIRED} for change in changes)

    def check(self, before: Sequence[ScopeState], after: Sequence[ScopeState]) -> None:
        """Checks the settings after a commit, and those after each value that ends.

        Raises:
            ProblemError: 409, settings are neither the present ones nor found as good as those before them.
        """
        at = now()
        earlier = _engine(before, at)
        present = earlier_hash = _hash(earlier)
        evaluated: list[tuple[tuple[str, str], Evaluation]] | None = None
        for moment in (at, *_ends(before, after, at)):
            wanted = _engine(after, moment)
            pair = (earlier_hash, _hash(wanted))
            if wanted.pipeline.require_evaluation and pair[1] not in {earlier_hash, present}:
                evaluated = self._newest() if evaluated is None else evaluated
                if not any(of == pair and _allows(each) for of, each in evaluated):
                    raise _refusal(_differing(earlier, wanted), None if moment == at else moment)
            earlier, earlier_hash = wanted, pair[1]

    def _newest(self) -> list[tuple[tuple[str, str], Evaluation]]:
        """The newest evaluations, each with the hashes of its sides."""
        page = evaluations().page(self._workspace_id, _LOOKED_AT, None)
        return [(_pair(each), each) for each in page.evaluations]


def why_evaluated(name: str, chain: Sequence[ScopeState], moment: datetime) -> str:
    """What `explain` adds for a key that an evaluation must precede, where one is demanded; empty otherwise."""
    if name not in COMPARED:
        return ""
    demand = resolve(registry()[REQUIRED], chain, deployment_defaults()[REQUIRED], moment=moment)
    return f" {REQUIRED} is true: a change needs an evaluation first." if demand.value else ""


def _ends(before: Sequence[ScopeState], after: Sequence[ScopeState], at: datetime) -> list[datetime]:
    """When compared values end after a commit that changes some, in order: each is inherited then.

    Those of earlier commits are among them: what they end in is changed by this one.
    """
    entries = [_compared_entries(state) for state in after]
    if entries == [_compared_entries(state) for state in before]:
        return []
    ends = {entry.expires_at for each in entries for entry in each.values()}
    return sorted(end for end in ends if end is not None and end > at)


def _compared_entries(state: ScopeState) -> dict[str, Entry]:
    return {key: entry for key, entry in state.entries.items() if key in COMPARED}


def _engine(chain: Sequence[ScopeState], moment: datetime) -> EngineConfig:
    return settings_of(effective(chain, deployment_defaults(), moment)).engine


def _compared(engine: EngineConfig) -> dict[str, object]:
    values = flattened(Settings(engine=engine))
    return {key: values[key] for key in COMPARED}


def _hash(engine: EngineConfig) -> str:
    """A content hash of what an evaluation can compare: other settings may change without a new evaluation."""
    return hashlib.sha256(json.dumps(_compared(engine), sort_keys=True).encode()).hexdigest()


def _pair(evaluation: Evaluation) -> tuple[str, str]:
    return _hash(evaluation.a.config), _hash(evaluation.b.config)


def _allows(evaluation: Evaluation) -> bool:
    """Whether it ended well. Who asks for it chooses measures and margin: fewer, or a wider one, prove too little."""
    if evaluation.status is not EvaluationStatus.COMPLETED:
        return False
    if not set(DEFAULT_METRICS) <= set(evaluation.metrics) or evaluation.margin > POINTS_MARGIN:
        return False
    report = evaluations().report(evaluation.workspace_id, evaluation.id)
    return report is not None and report.verdict in _SUFFICIENT


def _differing(present: EngineConfig, wanted: EngineConfig) -> list[str]:
    old, new = _compared(present), _compared(wanted)
    return [key for key in COMPARED if old[key] != new[key]]


def _refusal(keys: Sequence[str], end: datetime | None) -> ProblemError:
    named = ", ".join(keys[:_NAMED]) + (f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else "")
    detail = (
        f"No evaluation found these settings better than the present ones, or equivalent: {named}. POST "
        '/v1/evaluations with "a": {}, the new values in "b": {"config": ...} and no other metrics or margin than '
        f"the defaults, or set {REQUIRED} to false."
    )
    if end is not None:
        detail = (
            f"Values end at {end.isoformat()}. The settings are then neither the present ones again nor "
            f"found as good as those until then: {named}. Set them without expires_at, evaluate these settings too, "
            f"against those until then, or set {REQUIRED} to false."
        )
    return ProblemError(problem(CODE, "The settings must be evaluated first", 409, detail))
