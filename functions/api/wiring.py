"""Builds the API's dependencies from its environment, on first use."""

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
from fourfold.storage.idempotency.reply_slots import ReplySlots
from fourfold.storage.keys.api_keys import DynamoApiKeys
from fourfold.storage.keys.signing_key import signing_key
from fourfold.storage.labels.store import DynamoLabelSets
from fourfold.storage.personas.session_directory import DynamoSessionDirectory
from fourfold.storage.runs.listing import DynamoRunList
from fourfold.storage.usage.counters import DynamoUsage
from functions import clock, wiring
from functions.api.runs.start_execution import start_execution

Answer = TypeVar("Answer")

# Threads that poll run logs are separate from those of other requests, so that many waiting clients cannot block them.
_POLLING_THREADS = 8
# Runs that are being stored and started: fifty at once would keep every other request waiting until all have begun.
_STARTING_THREADS = 3


@cache
def api_keys() -> DynamoApiKeys:
    """The store of API keys."""
    return DynamoApiKeys(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"], clock.now)


@cache
def export_key() -> bytes:
    """The key for signatures of exports."""
    return signing_key(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"])


@cache
def key_ring() -> KeyRing:
    """The cached lookup of API keys."""
    return KeyRing(api_keys().find)


@cache
def last_use() -> LastUse:
    """The recorder of the last use of API keys."""
    return LastUse(api_keys().note_use)


@cache
def rate_limiter() -> RateLimiter:
    """The rate limiter of this process, over windows shared by all processes."""
    return RateLimiter(DynamoRateWindows(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], time.time))


@cache
def chat_slots() -> ReplySlots:
    """How many replies a workspace has written at once, in all processes."""
    return ReplySlots(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], "CHATS", time.time)


@cache
def stream_slots() -> ReplySlots:
    """How many requests of a workspace follow or await a run at once, in all processes."""
    return ReplySlots(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], "STREAMS", time.time)


@cache
def claims() -> DynamoClaims:
    """The store of idempotency keys. Keys of generation and regeneration are stored with their runs instead."""
    return DynamoClaims(dynamodb(), os.environ["FOURFOLD_IDEMPOTENCY_TABLE"], lambda: clock.now().timestamp())


@cache
def label_sets() -> DynamoLabelSets:
    """The store of label sets."""
    return DynamoLabelSets(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def usage() -> DynamoUsage:
    """The usage counters."""
    return DynamoUsage(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def run_directory() -> DynamoRunList:
    """Lists runs."""
    return DynamoRunList(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


def session_directory() -> DynamoSessionDirectory:
    """Finds, lists and reads chat sessions."""
    return DynamoSessionDirectory(
        dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"]
    )


@cache
def submissions() -> SubmissionService:
    """The dependencies of submitting a brief."""
    return SubmissionService(wiring.run_repository(), wiring.run_context(), start_execution)


@cache
def polling_limiter() -> anyio.CapacityLimiter:
    """The limiter of polling threads."""
    return anyio.CapacityLimiter(_POLLING_THREADS)


async def in_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a blocking call of a request on a worker thread."""
    return await anyio.to_thread.run_sync(call)


@cache
def starting_limiter() -> anyio.CapacityLimiter:
    """The limiter of threads that start runs."""
    return anyio.CapacityLimiter(_STARTING_THREADS)


async def in_starting_thread(call: Callable[[], Answer]) -> Answer:
    """Starts a run on a thread reserved for that, in the order of asking."""
    return await anyio.to_thread.run_sync(call, limiter=starting_limiter())


async def in_polling_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a blocking read of a run log on a thread reserved for polling."""
    return await anyio.to_thread.run_sync(call, limiter=polling_limiter())
