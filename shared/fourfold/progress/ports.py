"""Who is sent a run's events over a connection, and how far each has been sent them: the ports of live progress.

A follower is one connection on one run. While it is live the pusher alone sends to it, each event once, in the order of
the stream; its `position` is where that began. While somebody replays the log to it (`holder`), the pusher only bumps
its `version`, and the replayer may let it go live only at the version it knew before it last read the log. So an event
that comes during a replay is sent by exactly one of the two.

Nobody can send and note it in one step. So what is about to be sent is noted before, and a connection of which nobody
knows whether it got an event is closed: it is never sent that event again, and its client asks anew for what it lacks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fourfold.errors import DeliveryError
from fourfold.progress.events import TERMINAL_TYPES


@dataclass(frozen=True, slots=True)
class RunKey:
    """A run of a workspace."""

    workspace_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Topic:
    """What a connection can subscribe to beside single runs: a persona's runs, or (no `persona_id`) a workspace's."""

    workspace_id: str
    persona_id: str | None = None


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """A logged event, encoded once for all who get it. `terminal`: the run is over with it."""

    seq: int
    text: str
    terminal: bool

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> EncodedEvent:
        """The event of an event object, whatever its type."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return cls(body["seq"], text, body["type"] in TERMINAL_TYPES)


@dataclass(frozen=True, slots=True)
class Follower:
    """A connection on a run.

    `position`: all events up to it have been sent. `direct`: it subscribed to the run itself, not only to its persona or
    workspace. `holder`: who replays to it until `lease_until` (Unix time), `queue` while that waits, `closing` while
    its connection is to be closed; empty: it is live. `version` changes with every write.
    """

    connection_id: str
    key_hash: str
    position: int
    direct: bool
    holder: str = ""
    lease_until: float = 0.0
    version: int = 1


@dataclass(frozen=True, slots=True)
class PushRecord:
    """How far a run has been pushed to its live followers, 0: not at all. `intended`: how far that was about to go.

    If they differ and nobody is pushing, a push was cut off between the two.
    """

    intended: int = 0
    acked: int = 0


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A connection on a topic. `after`: by run, how far the client says it has been."""

    connection_id: str
    key_hash: str
    after: Mapping[str, int] = field(default_factory=dict)


class ConnectionGoneError(DeliveryError):
    """The client has left."""


class NotDeliveredError(DeliveryError):
    """The connection was not sent a message or not closed now (throttled, or its service out of reach)."""


class DeliveryUnknownError(DeliveryError):
    """The connection was sent a message or was not: no answer came in time."""


class Sender(Protocol):
    """The way to connected clients."""

    def send(self, connection_id: str, text: str) -> None:
        """Sends one message. Raises ConnectionGoneError, UnsentError or UnsureError."""

    def close(self, connection_id: str) -> None:
        """Ends the connection; one that is gone already is no error. Raises UnsentError."""


class EventLog(Protocol):
    """The runs' event logs, strongly consistent."""

    def events(self, run: RunKey, after: int) -> Iterable[EncodedEvent]:
        """All events with a greater `seq`, in order."""

    def newest(self, run: RunKey) -> EncodedEvent | None:
        """The last event so far."""


class FollowerStore(Protocol):
    """Followers of runs. Reads are strongly consistent, writes conditional on the version read."""

    def of_run(self, run: RunKey) -> tuple[PushRecord, Sequence[Follower]]:
        """How far the run has been pushed, and all its followers."""

    def one(self, run: RunKey, connection_id: str) -> Follower | None:
        """This connection on this run."""

    def write(self, run: RunKey, follower: Follower, expected: int | None) -> bool:
        """Writes over the version `expected` (None: only if there is none); says whether it did."""

    def delete(self, run: RunKey, connection_id: str, expected: int) -> bool:
        """Deletes the version `expected`; says whether it did."""

    def record_intended(self, run: RunKey, seq: int) -> None:
        """Notes that the run is about to be pushed up to `seq`; never goes back."""

    def record_acked(self, run: RunKey, seq: int) -> None:
        """Notes that the run has been pushed up to `seq`; never goes back."""


class Subscribers(Protocol):
    """Connections and what they subscribed to."""

    def of(self, topic: Topic) -> Sequence[Subscriber]:
        """The topic's subscribers, strongly consistent."""

    def run_ended(self, connection_id: str, run: RunKey) -> None:
        """The connection's subscription to this run is over."""

    def forget(self, connection_id: str) -> None:
        """Drops the connection and all its subscriptions."""


class CatchUpQueue(Protocol):
    """Where waits what could not be done at once."""

    def put(self, run: RunKey, connection_id: str) -> None:
        """Asks for a replay to be finished."""

    def put_close(self, connection_id: str) -> None:
        """Asks for a connection to be closed."""
