"""Limits of what a workspace spends: counted for the workspace, however many keys it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller

Kind = Literal["spending", "imports"]

# Half of the threads for chats, so that one workspace cannot keep the others waiting.
MAX_CHATS_AT_ONCE: Final = 32
_chats: Counter[str] = Counter()


async def count_spending(caller: AdmittedCaller, kind: Kind = "spending") -> None:
    """Counts a request that calls models, starts a job or sends webhooks. Call it before anything is spent.

    Raises:
        ProblemError: 429, the workspace has made the requests of this minute.
    """
    await wiring.in_thread(lambda: _count(caller, kind))


def _count(caller: AdmittedCaller, kind: Kind) -> None:
    limits = caller.settings.api.limits
    limit = limits.imports_per_minute if kind == "imports" else limits.spending_per_minute
    rate = wiring.rate_limiter().take(f"{caller.workspace_id}/{kind}", limit)
    if not rate.allowed:
        what = "imports" if kind == "imports" else "requests that call models or send webhooks"
        detail = f"This workspace is limited to {limit} {what} per minute. Retry in {rate.reset_s} s."
        answer = problem("rate_limited", "Too many requests", 429, detail)
        raise ProblemError(answer, {"Retry-After": str(rate.reset_s)})


@contextmanager
def chat_at_once(workspace_id: str) -> Iterator[None]:
    """Holds one of the workspace's MAX_CHATS_AT_ONCE chats in this process. It belongs to the event loop's thread.

    Raises:
        ProblemError: 429, the workspace has all of them.
    """
    if _chats[workspace_id] >= MAX_CHATS_AT_ONCE:
        detail = f"At most {MAX_CHATS_AT_ONCE} replies are written for a workspace at once. Retry when one is complete."
        raise ProblemError(problem("rate_limited", "Too many requests", 429, detail), {"Retry-After": "2"})
    _chats[workspace_id] += 1
    try:
        yield
    finally:
        _chats[workspace_id] -= 1
        if not _chats[workspace_id]:
            del _chats[workspace_id]
