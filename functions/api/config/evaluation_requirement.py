"""Refuses a commit that changes the pipeline where `engine.pipeline.require_evaluation` demands an evaluation first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from fourfold.config.commit import KeyChange
from fourfold.config.effective import settings_of
from fourfold.config.engine import EngineConfig
from fourfold.config.entries import ScopeState, chain_of
from fourfold.config.registry import flattened
from fourfold.config.request import REQUEST_KEYS
from fourfold.config.resolution import effective
from fourfold.config.service import ConfigStore
from fourfold.config.settings import Settings
from fourfold.evaluation.measures import DEFAULT_METRICS, POINTS_MARGIN
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.http.auth import Caller
from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.clock import now
from functions.configuration import deployment_defaults
from functions.wiring import evaluations

CODE: Final = "evaluation_required"
_REQUIRED: Final = "engine.pipeline.require_evaluation"
# What one arm of an evaluation can change: models, method, variant, retries.
_COMPARED: Final = tuple(key for key in REQUEST_KEYS if key.startswith("engine.pipeline."))
_SUFFICIENT: Final = frozenset({"better", "equivalent"})
# The newest evaluations that are looked at: one page of the list. It bounds a commit.
_LOOKED_AT: Final = 100
_NAMED: Final = 5


class EvaluationRequirement:
    """Implements `fourfold.config.service.CommitGuard` for the caller's workspace."""

    def __init__(self, caller: Caller, store: ConfigStore) -> None:
        self._caller, self._store = caller, store

    def __call__(self, before: Sequence[ScopeState], after: Sequence[ScopeState], changes: Sequence[KeyChange]) -> None:
        """Checks a commit that changes the settings of the pipeline, at the scope of the last states.

        Raises:
            ProblemError: 409, no evaluation of the new settings against the present ones allows the change.
        """
        changed = [change.key for change in changes if change.key in _COMPARED]
        if not changed and _REQUIRED not in {change.key for change in changes}:
            return
        below = chain_of(self._caller.org_id, self._caller.workspace_id)[len(after) :]
        states = self._store.states(below) if below else {}
        tail = [states[ref] for ref in below]
        present, wanted = _engine([*before, *tail]), _engine([*after, *tail])
        if not wanted.pipeline.require_evaluation:
            return
        pair = (_hash(present), _hash(wanted))
        if pair[0] != pair[1] and not self._is_evaluated(pair):
            raise _refusal(_differing(present, wanted))

    def _is_evaluated(self, pair: tuple[str, str]) -> bool:
        page = evaluations().page(self._caller.workspace_id, _LOOKED_AT, None)
        return any(_pair(each) == pair and _allows(each) for each in page.evaluations)


def _engine(chain: Sequence[ScopeState]) -> EngineConfig:
    return settings_of(effective(chain, deployment_defaults(), now())).engine


def _compared(engine: EngineConfig) -> dict[str, object]:
    values = flattened(Settings(engine=engine))
    return {key: values[key] for key in _COMPARED}


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
    return [key for key in _COMPARED if old[key] != new[key]]


def _refusal(keys: Sequence[str]) -> ProblemError:
    named = ", ".join(keys[:_NAMED]) + (f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else "")
    detail = (
        f"No evaluation found these settings better than the present ones, or equivalent: {named}. POST "
        '/v1/evaluations with "a": {}, the new values in "b": {"config": ...} and no other metrics or margin than '
        f"the defaults, or set {_REQUIRED} to false."
    )
    return ProblemError(problem(CODE, "The settings must be evaluated first", 409, detail))
