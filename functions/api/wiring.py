"""Builds the API's collaborators from its environment, on first use."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import anyio
import anyio.to_thread

from fourfold.http.auth import KeyRing
from fourfold.pipeline.acceptance import Reception
from fourfold.storage.api_keys import DynamoApiKeys
from fourfold.storage.client import dynamodb
from fourfold.storage.idempotency import DynamoIntake
from functions import wiring
from functions.api.machine import start_execution

Answer = TypeVar("Answer")

# Threads for following logs. They are apart from the threads that answer requests, so that many waiting clients
# cannot keep anybody else from being served.
_FOLLOWING_THREADS = 8


@cache
def key_ring() -> KeyRing:
    """The API keys."""
    return KeyRing(DynamoApiKeys(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"]).find)


@cache
def reception() -> Reception:
    """What taking a brief in needs."""
    return Reception(claims(), wiring.desk(), start_execution)


def claims() -> DynamoIntake:
    """Idempotency keys in use."""
    return DynamoIntake(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], wiring.persona_store(), wiring.now)


@cache
def following_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_FOLLOWING_THREADS)


async def in_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a blocking call of one request beside the event loop."""
    return await anyio.to_thread.run_sync(call)


async def in_following_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a blocking read of one log."""
    return await anyio.to_thread.run_sync(call, limiter=following_limiter())
