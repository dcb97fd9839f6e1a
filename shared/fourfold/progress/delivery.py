"""Delivers the events of a run to one follower: each event once and in order, by replay or by live push.

Over one connection no event is missing and none is sent twice, even after crashes. If it is unknown whether an event
was sent, the connection is closed; the client reconnects and resumes from its last sequence number. `ports` explains
the states of a follower and the hand-over.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fourfold.progress.ports import (
    CatchUpQueue,
    ConnectionGoneError,
    DeliveryUnknownError,
    EncodedEvent,
    EventLog,
    Follower,
    FollowerStore,
    MessageSender,
    NotDeliveredError,
    RunKey,
    Subscriber,
    Subscribers,
)

# Seconds; longer than the timeout of the functions that replay. A replay whose lease has expired is dead.
REPLAY_LEASE_S = 60.0
# Seconds. If an event arrives later than this for a queued follower, its queue message may be lost: it is queued again.
QUEUE_LEASE_S = 10.0
QUEUED = "queue"
# The prefix of a holder that is a replay by the pusher. The stream gives a run one pusher at a time, so when the next
# push finds such a holder, that replay has died.
PUSHER_PREFIX = "push-"
# The holder of a follower whose connection must be closed but could not be yet.
CLOSING = "closing"


@dataclass(frozen=True)
class EventDelivery:
    """The services that delivery uses. `clock` returns Unix time."""

    log: EventLog
    followers: FollowerStore
    subscribers: Subscribers
    sender: MessageSender
    queue: CatchUpQueue
    clock: Callable[[], float]

    def follow(self, run: RunKey, connection_id: str, key_hash: str, after: int, *, direct: bool) -> None:
        """Makes the connection a follower of the run and replays the log after `after`.

        If it follows the run already, it has received all events: only `direct` is updated.
        """
        new = Follower(connection_id, key_hash, after, direct, uuid.uuid4().hex, self.clock() + REPLAY_LEASE_S)
        while True:
            if self.followers.write(run, new, None):
                self.replay_or_queue(run, new)
                return
            current = self.followers.one(run, connection_id)
            if current is not None and current.holder == new.holder:
                # The write succeeded but its response was lost, and the SDK's retry met its own item.
                self.replay_or_queue(run, current)
                return
            if current is not None and self._replay_died(current):
                self.close_ambiguous(run, connection_id)
                return
            if current is not None and self._set_direct(run, current, direct=direct or current.direct):
                return

    def follow_later(self, run: RunKey, connection_id: str, key_hash: str, after: int) -> None:
        """Makes the connection a follower of the run and queues the replay, unless it follows already."""
        new = Follower(connection_id, key_hash, after, direct=False, holder=QUEUED, lease_until=self.clock())
        if self.followers.write(run, new, None):
            self.queue.put(run, connection_id)

    def unfollow(self, run: RunKey, connection_id: str) -> None:
        """Ends the direct subscription. If no topic covers the follower, the next push deletes it."""
        current = self.followers.one(run, connection_id)
        while current is not None and current.direct and not self._set_direct(run, current, direct=False):
            current = self.followers.one(run, connection_id)

    def resume(self, run: RunKey, connection_id: str) -> None:
        """Continues a queued replay.

        Raises:
            NotDeliveredError: events could not be sent; the queue retries.
        """
        current = self.followers.one(run, connection_id)
        if current is None or not current.holder:
            return
        if self._replay_died(current):
            self.close_ambiguous(run, connection_id)
            return
        if current.holder != QUEUED:
            return  # another function replays to it, or it is closing
        own = self._with_lease(current, uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, own, current.version):
            current = self.followers.one(run, connection_id)
            if current is None or current.holder != own.holder:
                raise NotDeliveredError  # changed concurrently; the queue retries
            own = current  # the write succeeded but its response was lost
        self.replay(run, own)

    def replay_or_queue(self, run: RunKey, follower: Follower) -> None:
        """Replays; if events cannot be sent now, queues the rest."""
        try:
            self.replay(run, follower)
        except NotDeliveredError:
            self.queue.put(run, follower.connection_id)

    def replay(self, run: RunKey, follower: Follower) -> None:
        """Sends the log after the follower's position, then sets it live. The caller holds the follower's lease.

        Raises:
            NotDeliveredError: an event could not be sent; the position is stored and the follower is queued.
        """
        try:
            self._replay(run, follower)
        except NotDeliveredError:
            raise
        except Exception:  # any error: the events already sent are not stored as sent
            self.close_ambiguous(run, follower.connection_id)
            raise

    def _replay(self, run: RunKey, follower: Follower) -> None:
        own, position, ended = follower, follower.position, False
        while True:
            for event in self.log.events(run, position):
                try:
                    self.sender.send(own.connection_id, event.text)
                except ConnectionGoneError:
                    self._forget_connection(run, own.connection_id)
                    return
                except DeliveryUnknownError:
                    self.close_ambiguous(run, own.connection_id)
                    return
                except NotDeliveredError:
                    self._pause(run, own, position)
                    raise
                position, ended = event.seq, event.terminal
            # A follower of an ended run is kept until it expires. If it were deleted, a late sender (the pusher with
            # the last events, a delayed replay) would create it again and send the whole run a second time.
            live = replace(_bumped(own), position=position, holder="", lease_until=0.0)
            if self.followers.write(run, live, own.version):
                if ended and own.direct:
                    self.subscribers.run_ended(own.connection_id, run)
                return
            current = self.followers.one(run, own.connection_id)
            if current is None or current.holder != own.holder:
                return  # deleted, or the lease expired and another function took it
            own = current  # the pusher incremented the version: the log has more events

    def add_follower(self, run: RunKey, subscriber: Subscriber, events: Sequence[EncodedEvent], pushed_to: int) -> None:
        """Makes a topic's subscriber a follower of a run, at the first push of the run that finds it.

        If the subscriber lacks no earlier event, `events` are pushed to it live; otherwise the log is replayed.
        """
        start = subscriber.after.get(run.run_id, 0)
        from_start = start == 0 and pushed_to == 0 and events[0].seq == 1
        new = Follower(subscriber.connection_id, subscriber.key_hash, start, direct=False)
        if not from_start:
            new = self._with_lease(new, PUSHER_PREFIX + uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, new, None):
            current = self.followers.one(run, subscriber.connection_id)
            if current is not None and new.holder and current.holder == new.holder:
                # The write succeeded but its response was lost.
                self.replay_or_queue(run, current)
            elif current is not None:
                self.push(run, current, events, pushed_to)
        elif from_start:
            self.push(run, new, events, pushed_to)
        else:
            self.replay_or_queue(run, new)

    def push(self, run: RunKey, follower: Follower, events: Sequence[EncodedEvent], pushed_to: int) -> None:
        """Sends new events to a live follower. Makes sure that any other follower gets them by replay.

        Args:
            run: the run.
            follower: the follower, as it was read.
            events: the new events, in order.
            pushed_to: live followers have all events up to this `seq`.
        """
        current: Follower | None = follower
        while current is not None and current.holder != CLOSING:
            if not current.holder:
                self._send_live(run, current, events, max(current.position, pushed_to))
                return
            if self._replay_died(current):
                self.close_ambiguous(run, current.connection_id)
                return
            # Not live. A running replay learns from the new version that the log has grown. A queued follower whose
            # lease has expired is queued again.
            expired = current.lease_until <= self.clock()
            changed = self._with_lease(current, QUEUED, QUEUE_LEASE_S) if expired else _bumped(current)
            if self.followers.write(run, changed, current.version):
                if expired:
                    self.queue.put(run, current.connection_id)
                return
            current = self.followers.one(run, current.connection_id)

    def _send_live(self, run: RunKey, follower: Follower, events: Sequence[EncodedEvent], position: int) -> None:
        unsent = [event for event in events if event.seq > position]
        # The order of the stream is only guaranteed per item, so a batch can have gaps: the log fills them.
        if unsent and [event.seq for event in unsent] != list(range(position + 1, position + 1 + len(unsent))):
            unsent = [event for event in self.log.events(run, position) if event.seq <= unsent[-1].seq]
        for event in unsent:
            try:
                self.sender.send(follower.connection_id, event.text)
            except ConnectionGoneError:
                self._forget_connection(run, follower.connection_id)
                return
            except DeliveryUnknownError:
                self.close_ambiguous(run, follower.connection_id)
                return
            except NotDeliveredError:
                self._pause(run, follower, position)
                self.queue.put(run, follower.connection_id)
                return
            position = event.seq
            if event.terminal and follower.direct:
                self.subscribers.run_ended(follower.connection_id, run)

    def recover(self, run: RunKey, follower: Follower, intended: int) -> bool:
        """Brings a follower into a known state after a push up to `intended` was interrupted.

        Returns:
            False if its connection was closed, because it may have received some of the events.
        """
        current: Follower | None = follower
        while current is not None and current.holder != CLOSING:
            replaying = current.holder.startswith(PUSHER_PREFIX)  # by the interrupted push
            if replaying or self._replay_died(current) or (not current.holder and current.position < intended):
                self.close_ambiguous(run, current.connection_id)
                return False
            if not current.holder:
                return True
            queued = current.holder == QUEUED  # the interrupted push may not have sent its queue message
            changed = self._with_lease(current, QUEUED, QUEUE_LEASE_S) if queued else _bumped(current)
            if self.followers.write(run, changed, current.version):
                if queued:
                    self.queue.put(run, current.connection_id)
                return True
            current = self.followers.one(run, current.connection_id)
        return True

    def close_ambiguous(self, run: RunKey, connection_id: str) -> None:
        """Closes a connection if it is unknown which events of the run it received.

        The client notices the closing, reconnects, and subscribes with its last `seq`. If the connection cannot be
        closed now, the follower is blocked until the queue closes it.
        """
        if self.close_or_queue(connection_id):
            self._delete_follower(run, connection_id)
        else:
            self._block(run, connection_id)

    def close(self, connection_id: str) -> None:
        """Closes a connection and deletes its subscriptions.

        Raises:
            NotDeliveredError: it could not be closed; retry later.
        """
        self.sender.close(connection_id)
        self.subscribers.forget(connection_id)

    def close_or_queue(self, connection_id: str) -> bool:
        """Closes a connection, or queues the closing if it fails now. Returns whether it is closed."""
        try:
            self.close(connection_id)
        except NotDeliveredError:
            self.queue.put_close(connection_id)
            return False
        return True

    def _pause(self, run: RunKey, follower: Follower, position: int) -> None:
        """Stores the position and sets the follower to queued, unless its holder has changed."""
        current: Follower | None = follower
        while current is not None and current.holder == follower.holder:
            queued = replace(self._with_lease(current, QUEUED, QUEUE_LEASE_S), position=position)
            if self.followers.write(run, queued, current.version):
                return
            current = self.followers.one(run, follower.connection_id)

    def _with_lease(self, follower: Follower, holder: str, seconds: float) -> Follower:
        return replace(_bumped(follower), holder=holder, lease_until=self.clock() + seconds)

    def _set_direct(self, run: RunKey, follower: Follower, *, direct: bool) -> bool:
        return self.followers.write(run, replace(_bumped(follower), direct=direct), follower.version)

    def _replay_died(self, follower: Follower) -> bool:
        """Whether the lease of a replay has expired: its function died, and may have sent more than `position` says."""
        return follower.holder not in {"", QUEUED, CLOSING} and follower.lease_until <= self.clock()

    def _block(self, run: RunKey, connection_id: str) -> None:
        """Sets the follower to closing: nothing is sent to it, even if it subscribes again before it is closed."""
        current = self.followers.one(run, connection_id)
        while current is not None:
            if self.followers.write(run, self._with_lease(current, CLOSING, 0), current.version):
                return
            current = self.followers.one(run, connection_id)

    def _forget_connection(self, run: RunKey, connection_id: str) -> None:
        self.subscribers.forget(connection_id)
        self._delete_follower(run, connection_id)

    def _delete_follower(self, run: RunKey, connection_id: str) -> None:
        current = self.followers.one(run, connection_id)
        while current is not None and not self.followers.delete(run, connection_id, current.version):
            current = self.followers.one(run, connection_id)


def _bumped(follower: Follower) -> Follower:
    return replace(follower, version=follower.version + 1)
