"""One request, executed once however often it is sent: claims on idempotency keys, and the replies kept for replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# A claim outlives its process by this much at most: it is renewed while the work goes on.
LEASE_S = 30


@dataclass(frozen=True)
class KeptReply:
    """A reply as it is given again: status, the headers that belong to the result, the body as text."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Execution:
    """The right to do the work of a key, until the lease ends.

    `operation_id` is the same for every execution of one request: what the work makes is named after it, so that work
    begun by a process that died is finished rather than done twice. `resumed` says that there was such a process.
    """

    key: str
    owner: str
    operation_id: str
    resumed: bool


class Refusal(StrEnum):
    """Why a key cannot be claimed."""

    RUNNING = "running"  # another process does the work
    REUSED = "reused"  # the key stands for another request
