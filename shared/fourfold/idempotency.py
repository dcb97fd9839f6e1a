"""Idempotency keys: a request is executed once, and its stored reply answers repetitions.

1. The first request with a key claims it and executes under a lease, which it renews.
2. A repetition gets the stored reply, or a conflict while the lease is valid.
3. If the lease expires without a reply (the process died), the next repetition takes the claim over. It executes under
   the same `operation_id`, so it finds what the first execution created instead of creating it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# Seconds. The owner renews the lease while it executes, so after a crash another process can take over this much later.
LEASE_S = 30


@dataclass(frozen=True)
class KeptReply:
    """A stored reply: status, the headers that describe the result, and the body as text."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Execution:
    """A claim on a key: its owner may execute the request until the lease expires.

    `operation_id` is the same for every execution of one request. Resources that the execution creates derive their ids
    from it (`ids.id_from_operation`), so a repeated execution creates nothing twice. `resumed` is true if an earlier
    execution lost its lease.
    """

    key: str
    owner: str
    operation_id: str
    resumed: bool


class Refusal(StrEnum):
    """Why a key cannot be claimed."""

    RUNNING = "running"  # another process executes the request
    REUSED = "reused"  # the key was used with a different request
