"""Sending a run's events to one follower: each once, in order, whoever sends.

No event is left out and none sent twice over a connection, whatever crashes: where nobody knows whether it was sent
one, it is closed, and its client goes on after the last event it has.
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
    NotDeliveredError,
    RunKey,
    Sender,
    Subscriber,
    Subscribers,
)

# Longer than any function lives that replays: when it is over, nobody is at work.
REPLAY_LEASE_S = 60.0
# A follower waiting in the queue is put there again by an event that comes later than this.
QUEUE_LEASE_S = 10.0
QUEUED = "queue"
# Begins the name of a pusher that replays. A run has one pusher at a time.
PUSHER_PREFIX = "push-"
# Holds a follower whose connection is to be closed and could not be yet: it is sent nothing any more.
CLOSING = "closing"


@dataclass(frozen=True)
class Delivery:
    """The collaborators every sender needs. `clock` is Unix time."""

    log: EventLog
    followers: FollowerStore
    subscribers: Subscribers
    sender: Sender
    queue: CatchUpQueue
    clock: Callable[[], float]

    def follow(self, run: RunKey, connection_id: str, key_hash: str, after: int, *, direct: bool) -> None:
        """Makes the connection a follower and sends what the log holds after `after`.

        One that follows the run already has had it all: it is sent nothing again, and what it asked for is noted.
        """
        new = Follower(connection_id, key_hash, after, direct, uuid.uuid4().hex, self.clock() + REPLAY_LEASE_S)
        while True:
            if self.followers.write(run, new, None):
                self.replay_or_queue(run, new)
                return
            current = self.followers.one(run, connection_id)
            if current is not None and current.holder == new.holder:  # written, and the answer was lost
                self.replay_or_queue(run, current)
                return
            if current is not None and self._replay_died(current):
                self.close_ambiguous(run, connection_id)
                return
            if current is not None and self._set_direct(run, current, direct=direct or current.direct):
                return

    def follow_later(self, run: RunKey, connection_id: str, key_hash: str, after: int) -> None:
        """As `follow`, by way of the queue."""
        new = Follower(connection_id, key_hash, after, direct=False, holder=QUEUED, lease_until=self.clock())
        if self.followers.write(run, new, None):
            self.queue.put(run, connection_id)

    def unfollow(self, run: RunKey, connection_id: str) -> None:
        """The connection asks no more for the run itself. If nothing else covers it, the next push drops it."""
        current = self.followers.one(run, connection_id)
        while current is not None and current.direct and not self._set_direct(run, current, direct=False):
            current = self.followers.one(run, connection_id)

    def resume(self, run: RunKey, connection_id: str) -> None:
        """Finishes a replay that was set aside. Raises UnsentError: try again later."""
        current = self.followers.one(run, connection_id)
        if current is None or not current.holder:
            return
        if self._replay_died(current):
            self.close_ambiguous(run, connection_id)
            return
        if current.holder != QUEUED:
            return  # somebody is at it, or it is about to be closed
        own = self._with_lease(current, uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, own, current.version):
            current = self.followers.one(run, connection_id)
            if current is None or current.holder != own.holder:
                raise NotDeliveredError  # it changed under our hands; the queue brings it back
            own = current  # written, and the answer was lost
        self.replay(run, own)

    def replay_or_queue(self, run: RunKey, follower: Follower) -> None:
        """As `replay`; what cannot be sent now is left to the queue."""
        try:
            self.replay(run, follower)
        except NotDeliveredError:
            self.queue.put(run, follower.connection_id)

    def replay(self, run: RunKey, follower: Follower) -> None:
        """Sends the log after the follower's position, then lets it go live. The caller is its holder.

        Raises:
            UnsentError: how far it came is noted, and that the queue is to go on.
        """
        try:
            self._replay(run, follower)
        except NotDeliveredError:
            raise
        except Exception:  # whatever it was, how far the client has come is not noted
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
            # A follower of a run that is over stays until it expires: were it gone, a sender that is late (the pusher
            # with the last events, a replay that was slow to begin) would take it for new and send all of it again.
            live = replace(_bumped(own), position=position, holder="", lease_until=0.0)
            if self.followers.write(run, live, own.version):
                if ended and own.direct:
                    self.subscribers.run_ended(own.connection_id, run)
                return
            current = self.followers.one(run, own.connection_id)
            if current is None or current.holder != own.holder:
                return  # gone, or our lease was over and another one took it
            own = current  # its version was bumped: there is more in the log

    def add_follower(self, run: RunKey, subscriber: Subscriber, events: Sequence[EncodedEvent], pushed_to: int) -> None:
        """The first events of a run that a subscriber to its persona or workspace meets."""
        start = subscriber.after.get(run.run_id, 0)
        from_start = start == 0 and pushed_to == 0 and events[0].seq == 1
        new = Follower(subscriber.connection_id, subscriber.key_hash, start, direct=False)
        if not from_start:
            new = self._with_lease(new, PUSHER_PREFIX + uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, new, None):
            current = self.followers.one(run, subscriber.connection_id)
            if current is not None and new.holder and current.holder == new.holder:  # written, and the answer was lost
                self.replay_or_queue(run, current)
            elif current is not None:
                self.push(run, current, events, pushed_to)
        elif from_start:
            self.push(run, new, events, pushed_to)
        else:
            self.replay_or_queue(run, new)

    def push(self, run: RunKey, follower: Follower, events: Sequence[EncodedEvent], pushed_to: int) -> None:
        """Sends new events to a follower that is live; of one that is not, sees to it that it will get them.

        `events` are in order; up to `pushed_to` all live followers have been pushed the run before.
        """
        current: Follower | None = follower
        while current is not None and current.holder != CLOSING:
            if not current.holder:
                self._send_live(run, current, events, max(current.position, pushed_to))
                return
            if self._replay_died(current):
                self.close_ambiguous(run, current.connection_id)
                return
            expired = current.lease_until <= self.clock()
            changed = self._with_lease(current, QUEUED, QUEUE_LEASE_S) if expired else _bumped(current)
            if self.followers.write(run, changed, current.version):
                if expired:
                    self.queue.put(run, current.connection_id)
                return
            current = self.followers.one(run, current.connection_id)

    def _send_live(self, run: RunKey, follower: Follower, events: Sequence[EncodedEvent], position: int) -> None:
        unsent = [event for event in events if event.seq > position]
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
        """Recovers a follower after an interrupted push up to `intended`; False if its connection had to be closed."""
        current: Follower | None = follower
        while current is not None and current.holder != CLOSING:
            replaying = current.holder.startswith(PUSHER_PREFIX)  # the push that was cut off was replaying to it
            if replaying or self._replay_died(current) or (not current.holder and current.position < intended):
                self.close_ambiguous(run, current.connection_id)
                return False
            if not current.holder:
                return True
            queued = current.holder == QUEUED  # its message may be what was cut off
            changed = self._with_lease(current, QUEUED, QUEUE_LEASE_S) if queued else _bumped(current)
            if self.followers.write(run, changed, current.version):
                if queued:
                    self.queue.put(run, current.connection_id)
                return True
            current = self.followers.one(run, current.connection_id)
        return True

    def close_ambiguous(self, run: RunKey, connection_id: str) -> None:
        """Closes a connection of which nobody knows whether it was sent an event of the run, for good.

        Its client, told by the closing, connects anew and names the last event it has.
        """
        if self.close_or_queue(connection_id):
            self._delete_follower(run, connection_id)
        else:
            self._block(run, connection_id)

    def close(self, connection_id: str) -> None:
        """Closes a connection and drops its subscriptions. Raises UnsentError: try again later."""
        self.sender.close(connection_id)
        self.subscribers.forget(connection_id)

    def close_or_queue(self, connection_id: str) -> bool:
        """As `close`, and if that cannot be done now, by way of the queue; says whether it is done."""
        try:
            self.close(connection_id)
        except NotDeliveredError:
            self.queue.put_close(connection_id)
            return False
        return True

    def _pause(self, run: RunKey, follower: Follower, position: int) -> None:
        """Notes how far the follower has been sent the run, and that the queue is to go on."""
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
        """Whether a function was ended in the middle of a replay to it: it may have been sent more than is noted."""
        return follower.holder not in {"", QUEUED, CLOSING} and follower.lease_until <= self.clock()

    def _block(self, run: RunKey, connection_id: str) -> None:
        """Sees to it that it is sent nothing more of the run, even if it subscribes again before it is closed."""
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
