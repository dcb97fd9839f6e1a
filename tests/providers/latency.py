"""How long a provider's model takes, as published: time to first token, then tokens at a rate, both lognormal."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

_NORMAL_P95 = 1.6449
# Fitted so that 900 tokens out meet the published p95 of the whole; all four models gave 0.20 to 0.21.
_RATE_SPREAD = 0.21


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds to the first token at p50 and p95, and the median of tokens a second."""

    first_p50_s: float
    first_p95_s: float
    tokens_per_s: float


PACES = {
    "sonnet": Pace(0.94, 2.94, 70),
    "opus": Pace(1.63, 2.42, 43),
    "gpt": Pace(0.89, 1.55, 103),
    "gemini": Pace(1.11, 1.80, 218),
}


def deadline_of(model: str) -> Pace:
    """The pace of the family whose name is in `model`; nothing is published for others, they go as sonnet does."""
    return next((deadline for family, deadline in PACES.items() if family in model), PACES["sonnet"])


def delay_s(model: str, output_tokens: int, rng: random.Random) -> float:
    """Seconds until the whole answer is there; `output_tokens` counts reasoning too."""
    deadline = deadline_of(model)
    spread = math.log(deadline.first_p95_s / deadline.first_p50_s) / _NORMAL_P95
    first = rng.lognormvariate(math.log(deadline.first_p50_s), spread)
    return first + output_tokens / rng.lognormvariate(math.log(deadline.tokens_per_s), _RATE_SPREAD)
