"""The ports of live progress: followers of runs, subscribers of topics, and the services that delivery uses.

A follower is one connection on one run, stored as one item. `holder` is its state:

* live (empty): only the pusher sends to it, each event once, in the order of the stream;
* replaying (the id of a replay): a function sends it the log, under a lease;
* queued: it waits for the catch-up queue, which continues its replay from `position`;
* closing: its connection must be closed but could not be yet; nothing is sent to it.

Replay and live delivery hand over by `version`, which every write increments. While a replay runs, the pusher does not
send to the follower but only increments its version. The replay sets the follower live with a conditional write on the
version that it knew before it last read the log. If the write fails, the log has grown in between: the replay reads it
again. So an event that arrives during a replay is sent by exactly one of the two.

Sending an event and storing that it was sent are two steps, and a function can die between them. So the intention is
stored first (a replay's lease, or `PushRecord.intended`). When an intention was not completed, it is unknown whether
the client received the events; its connection is closed, and the client reconnects with its last `seq`.
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
    """A set of runs that a connection can subscribe to: those of a persona, or (no `persona_id`) of a workspace."""

    workspace_id: str
    persona_id: str | None = None


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """A logged event, encoded once for all its recipients. `terminal` is whether it ends the run."""

    seq: int
    text: str
    terminal: bool

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> EncodedEvent:
        """Returns the encoded event of an event object of any type."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return cls(body["seq"], text, body["type"] in TERMINAL_TYPES)


@dataclass(frozen=True, slots=True)
class Follower:
    """A connection on a run; the module's docstring explains its states.

    `position`: all events up to this `seq` are sent. While the follower is live it is the position where that began,
    because live pushes are recorded once per run (`PushRecord`). `direct`: the connection subscribed to the run itself
    and not only to its persona or workspace. `lease_until` is Unix time.
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
    """The progress of pushing a run's events to its live followers, as the greatest `seq`; 0: none.

    `intended` is stored before the first event of a batch is sent, `acked` after the last. If they differ while no push
    runs, a push was interrupted, and each live follower may or may not have received the events between the two.
    """

    intended: int = 0
    acked: int = 0


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A connection on a topic. `after` maps run ids to the greatest `seq` that the client has."""

    connection_id: str
    key_hash: str
    after: Mapping[str, int] = field(default_factory=dict)


class ConnectionGoneError(DeliveryError):
    """The client has disconnected."""


class NotDeliveredError(DeliveryError):
    """The message was not sent, or the connection was not closed (throttled or unreachable service). Retry later."""


class DeliveryUnknownError(DeliveryError):
    """It is unknown whether the message was sent: the request timed out."""


class MessageSender(Protocol):
    """Sends messages to connected clients."""

    def send(self, connection_id: str, text: str) -> None:
        """Sends one message.

        Raises:
            ConnectionGoneError, NotDeliveredError, DeliveryUnknownError: see there.
        """

    def close(self, connection_id: str) -> None:
        """Closes the connection. A connection that is gone is no error.

        Raises:
            NotDeliveredError: it could not be closed.
        """


class EventLog(Protocol):
    """The event logs of runs (strongly consistent)."""

    def events(self, run: RunKey, after: int) -> Iterable[EncodedEvent]:
        """Returns all events with `seq` greater than `after`, in order."""

    def newest(self, run: RunKey) -> EncodedEvent | None:
        """Returns the last event so far, or None."""


class FollowerStore(Protocol):
    """The followers of runs. Reads are strongly consistent; writes are conditional on the version."""

    def of_run(self, run: RunKey) -> tuple[PushRecord, Sequence[Follower]]:
        """Returns the push record of the run and all its followers."""

    def one(self, run: RunKey, connection_id: str) -> Follower | None:
        """Returns the follower, or None."""

    def write(self, run: RunKey, follower: Follower, expected: int | None) -> bool:
        """Writes the follower if the stored version is `expected` (None: if there is none); returns whether it did."""

    def delete(self, run: RunKey, connection_id: str, expected: int) -> bool:
        """Deletes the follower if the stored version is `expected`; returns whether it did."""

    def record_intended(self, run: RunKey, seq: int) -> None:
        """Sets `PushRecord.intended` to `seq`, unless it is greater."""

    def record_acked(self, run: RunKey, seq: int) -> None:
        """Sets `PushRecord.acked` to `seq`, unless it is greater."""


class Subscribers(Protocol):
    """The subscriptions of connections."""

    def of(self, topic: Topic) -> Sequence[Subscriber]:
        """Returns the subscribers of the topic (strongly consistent)."""

    def run_ended(self, connection_id: str, run: RunKey) -> None:
        """Ends the connection's subscription to the run."""

    def forget(self, connection_id: str) -> None:
        """Deletes the connection and all its subscriptions."""


class CatchUpQueue(Protocol):
    """The queue of work that could not be done at once."""

    def put(self, run: RunKey, connection_id: str) -> None:
        """Queues the replay of a follower."""

    def put_close(self, connection_id: str) -> None:
        """Queues the closing of a connection."""
