"""Limits of what a workspace spends: counted for the workspace, however many keys it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final, Literal

from botocore.exceptions import BotoCoreError, ClientError

from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller

Kind = Literal["spending", "imports"]

# Half of the threads for chats, so that one workspace cannot keep the others waiting.
MAX_CHATS_IN_PROCESS: Final = 32
_chats: Counter[str] = Counter()


async def count_spending(caller: AdmittedCaller, kind: Kind = "spending", times: int = 1) -> None:
    """Counts a request that calls models, starts a job or sends webhooks. Call it before anything is spent.

    An import starts two jobs: it counts as an import and as spending. A request that starts several runs counts as
    often (`times`), and is refused whole.

    Raises:
        ProblemError: 429, the workspace has made the requests of this minute.
    """
    for counted in dict.fromkeys((kind, "spending")):
        await wiring.in_thread(partial(_count, caller, counted, times))


def _count(caller: AdmittedCaller, kind: Kind, times: int) -> None:
    limits = caller.settings.api.limits
    limit = limits.imports_per_minute if kind == "imports" else limits.spending_per_minute
    rate = wiring.rate_limiter().take(f"{caller.workspace_id}/{kind}", limit, times)
    if not rate.allowed:
        what = "imports" if kind == "imports" else "requests that call models or send webhooks"
        detail = f"This workspace is limited to {limit} {what} per minute. Retry in {rate.reset_s} s."
        answer = problem("rate_limited", "Too many requests", 429, detail)
        raise ProblemError(answer, {"Retry-After": str(rate.reset_s)})


@contextmanager
def chat_in_process(workspace_id: str) -> Iterator[None]:
    """Holds one of the workspace's MAX_CHATS_IN_PROCESS chats. It belongs to the event loop's thread.

    Raises:
        ProblemError: 429, the workspace has all of them.
    """
    if _chats[workspace_id] >= MAX_CHATS_IN_PROCESS:
        raise _too_many_chats(MAX_CHATS_IN_PROCESS)
    _chats[workspace_id] += 1
    try:
        yield
    finally:
        _chats[workspace_id] -= 1
        if not _chats[workspace_id]:
            del _chats[workspace_id]


@contextmanager
def chat_of_workspace(caller: AdmittedCaller, seconds: float) -> Iterator[None]:
    """Holds one of the workspace's `api.limits.concurrent_chats`, in all processes, for at most `seconds`. It blocks.

    Raises:
        ProblemError: 429, the workspace has all of them.
    """
    limit = caller.settings.api.limits.concurrent_chats
    slot = wiring.chat_slots().take(caller.workspace_id, limit, seconds)
    if slot is None:
        raise _too_many_chats(limit)
    try:
        yield
    finally:
        with suppress(ClientError, BotoCoreError):  # the reply is written; the slot expires
            wiring.chat_slots().free(caller.workspace_id, slot)


def _too_many_chats(limit: int) -> ProblemError:
    detail = f"At most {limit} replies are written for a workspace at once. Retry when one is complete."
    return ProblemError(problem("rate_limited", "Too many requests", 429, detail), {"Retry-After": "2"})
