"""Which measures cannot decide between two arms, because their settings give the measure another meaning."""

from __future__ import annotations

from typing import Any, Final

from fourfold.evaluation.models import Arm
from fourfold.pipeline.audit import AUDIT

# A number that is shown although it does not count: it says what share of personas a workspace will find flagged.
SHOWN: Final = frozenset({"passed"})
# Settings of the audit that do not decide whether a draft passes: how often it is written again, and limits of a call.
_NO_BAR: Final = {"max_retries", "retry_from", "max_tokens", "timeout_s"}


def incomparable(a: Arm, b: Arm) -> dict[str, str]:
    """The measures that mean something else for A than for B, each with a sentence that says why."""
    found = {}
    if a.method != b.method:
        found["violations"] = "One call has no constraint chain to compare with that of six steps."
    if _bar(a) != _bar(b):
        found["passed"] = (
            "A and B are audited by different rules (models, threshold, weights, confirmation or rubric), so a side "
            "could pass more often because its own audit is milder."
        )
    return found


def _bar(arm: Arm) -> dict[str, Any]:
    """What decides whether a persona of the arm passes its audit."""
    pipeline = arm.config.pipeline
    rubric = pipeline.variant.text("audit", AUDIT.task)
    return {**pipeline.audit.model_dump(exclude=_NO_BAR), "rubric": rubric}
