"""Rate limit headers (draft-ietf-httpapi-ratelimit-headers-10) and the problem 429."""

from __future__ import annotations

from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from fourfold.rate_limit import WINDOW_S, Rate

_POLICY = '"requests"'


def rate_headers(rate: Rate) -> dict[str, str]:
    """RateLimit-Policy and RateLimit: the limit, the remaining requests, and the seconds until reset."""
    return {
        "RateLimit-Policy": f"{_POLICY};q={rate.limit};w={WINDOW_S}",
        "RateLimit": f"{_POLICY};r={rate.remaining};t={rate.reset_s}",
    }


def rate_limited(rate: Rate) -> ProblemError:
    """429: the key has used its requests of this minute."""
    detail = f"This key is limited to {rate.limit} requests per minute. Retry in {rate.reset_s} s."
    answer = problem("rate_limited", "Too many requests", 429, detail)
    return ProblemError(answer, {"Retry-After": str(rate.reset_s)})
