"""One request, executed once however often it is sent: claims on idempotency keys, and the replies kept for replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

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


class Claims(Protocol):
    """Where claims and kept replies are stored."""

    def claim(self, key: str, fingerprint: str) -> Execution | KeptReply | Refusal:
        """The right to execute, or the reply of the execution that was, or why neither."""

    def renew(self, execution: Execution) -> bool:
        """Extends the lease; False if another process has taken the work over."""

    def keep(self, execution: Execution, reply: KeptReply) -> bool:
        """Ends the execution with its reply; False, and nothing is stored, if another process has taken over."""

    def release(self, execution: Execution) -> None:
        """Ends the execution without a reply: the next request of the same body resumes it at once."""
