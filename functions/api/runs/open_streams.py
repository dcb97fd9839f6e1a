"""Limits how many requests of a workspace follow runs at once: `api.limits.open_streams`, in all processes together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import anyio
from botocore.exceptions import BotoCoreError, ClientError

from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.api import wiring

if TYPE_CHECKING:
    from functions.api.dependencies import AdmittedCaller

_RETRY_AFTER_S: Final = 10


@asynccontextmanager
async def open_stream(caller: AdmittedCaller, seconds: float) -> AsyncIterator[None]:
    """Holds one of the workspace's streams, for at most `seconds`.

    Raises:
        ProblemError: 429, the workspace has all of them.
    """
    limit, slots = caller.settings.api.limits.open_streams, wiring.stream_slots()
    slot = await wiring.in_thread(lambda: slots.take(caller.workspace_id, limit, seconds))
    if slot is None:
        detail = f"At most {limit} requests of a workspace follow runs at once. The run continues: follow it later."
        answer = problem("rate_limited", "Too many requests", 429, detail)
        raise ProblemError(answer, {"Retry-After": str(_RETRY_AFTER_S)})
    try:
        yield
    finally:
        # Also where the client has left; a slot that cannot be freed expires.
        with anyio.CancelScope(shield=True), suppress(ClientError, BotoCoreError):
            await wiring.in_thread(lambda: slots.free(caller.workspace_id, slot))
