"""A report whose briefs, labels and notes are hostile."""

from __future__ import annotations

import random
from typing import Any

from fourfold.evaluation.models import BriefItem, ClaimCounts, EvaluationReport, Observation, Preference, Side
from fourfold.evaluation.report import report
from tests.unit.evaluation.observations import arm, evaluation, observed

HOSTILE = (
    "</title></style></svg><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)> & <b>',
    "| a | b |\n# heading\n[link](javascript:alert(1)) `code` ``` www.example.invalid",
    "\x00\x1b[31m \u202egnidaer\u202c \ud7ff ]]> &amp; &#60;",
    "A | pipe \\| and `ticks``` at the end`",
)


def hostile_report(lift: float = -0.6, **fields: Any) -> EvaluationReport:
    rng = random.Random(8)  # noqa: S311 - a simulation

    def of(brief: int, side: Side) -> Observation:
        score = min(5.0, 3.9 + rng.gauss(0, 0.2) + (lift if side == "b" else 0.0))
        return observed(brief, side, score, claims=ClaimCounts(kept=2, lost=1), usd=0.02 + 0.01 * rng.random())

    data = evaluation(
        20,
        of,
        a=arm("a", f"{HOSTILE[0]}{'W' * 100}"),
        b=arm("b", HOSTILE[1][:100]),
        preferences=[Preference(brief=brief, ab="a", ba="a") for brief in range(20)],
        notes=HOSTILE,
        metrics=("overall", "preference", "claims_kept"),
        **fields,
    )
    briefs = [BriefItem(id=f"brief-{number}", text=HOSTILE[number % len(HOSTILE)]) for number in range(20)]
    return report(data.__class__(**{**{name: getattr(data, name) for name in data.__slots__}, "briefs": briefs}))
