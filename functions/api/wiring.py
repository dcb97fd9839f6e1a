"""Builds the API's collaborators from its environment, on first use."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import anyio
import anyio.to_thread

from fourfold.http.auth import KeyRing
from fourfold.http.last_use import LastUse
from fourfold.pipeline.submit import SubmissionService
from fourfold.rate_limit import RateLimiter
from fourfold.storage.client import dynamodb
from fourfold.storage.idempotency.claims import DynamoClaims
from fourfold.storage.idempotency.rate_windows import DynamoRateWindows
from fourfold.storage.keys.api_keys import DynamoApiKeys
from fourfold.storage.runs.repository import DynamoRunRepository
from fourfold.storage.runs.slots import GenerationSlots
from functions import clock, wiring
from functions.api.runs.start_execution import start_execution

Answer = TypeVar("Answer")

# Threads for following logs. They are apart from the threads that answer requests, so that many waiting clients
# cannot keep anybody else from being served.
_FOLLOWING_THREADS = 8


@cache
def api_keys() -> DynamoApiKeys:
    """The stored API keys."""
    return DynamoApiKeys(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"], clock.now)


@cache
def key_ring() -> KeyRing:
    """The API keys that were looked up lately."""
    return KeyRing(api_keys().find)


@cache
def last_use() -> LastUse:
    """Where the use of keys is noted."""
    return LastUse(api_keys().note_use)


@cache
def rate_limiter() -> RateLimiter:
    """This process's part in the rate limit."""
    return RateLimiter(DynamoRateWindows(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], time.time))


@cache
def claims() -> DynamoClaims:
    """Idempotency keys of every route but POST /v1/personas, whose key is stored with its run."""
    return DynamoClaims(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], lambda: clock.now().timestamp())


@cache
def submissions() -> SubmissionService:
    """What taking a brief in needs."""
    table, personas = os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], wiring.persona_store()
    slots = GenerationSlots(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])
    intake = DynamoRunRepository(dynamodb(), table, personas, slots, clock.now)
    return SubmissionService(intake, wiring.run_context(), start_execution)


@cache
def following_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_FOLLOWING_THREADS)


async def in_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a blocking call of one request beside the event loop."""
    return await anyio.to_thread.run_sync(call)


async def in_following_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a blocking read of one log."""
    return await anyio.to_thread.run_sync(call, limiter=following_limiter())
