"""Sending a run's events to one follower: each once, in order, whoever sends.

No event is left out and none sent twice over a connection, whatever crashes: where nobody knows whether it was sent
one, it is closed, and its client goes on after the last event it has.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fourfold.progress.followers import (
    CatchUpQueue,
    ConnectionGoneError,
    DeliveryUnknownError,
    Event,
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
QUEUE = "queue"
# Begins the name of a pusher that replays. A run has one pusher at a time.
PUSHER = "push-"
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

    def begin(self, run: RunKey, connection_id: str, key_hash: str, after: int, *, asked: bool) -> None:
        """Makes the connection a follower and sends what the log holds after `after`.

        One that follows the run already has had it all: it is sent nothing again, and what it asked for is noted.
        """
        new = Follower(connection_id, key_hash, after, asked, uuid.uuid4().hex, self.clock() + REPLAY_LEASE_S)
        while True:
            if self.followers.write(run, new, None):
                self.replay_or_queue(run, new)
                return
            there = self.followers.one(run, connection_id)
            if there is not None and there.holder == new.holder:  # written, and the answer was lost
                self.replay_or_queue(run, there)
                return
            if there is not None and self._died(there):
                self.end(run, connection_id)
                return
            if there is not None and self._change(run, there, asked=asked or there.asked):
                return

    def begin_later(self, run: RunKey, connection_id: str, key_hash: str, after: int) -> None:
        """As `begin`, by way of the queue."""
        new = Follower(connection_id, key_hash, after, asked=False, holder=QUEUE, lease_until=self.clock())
        if self.followers.write(run, new, None):
            self.queue.put(run, connection_id)

    def withdraw(self, run: RunKey, connection_id: str) -> None:
        """The connection asks no more for the run itself. If nothing else covers it, the next push drops it."""
        there = self.followers.one(run, connection_id)
        while there is not None and there.asked and not self._change(run, there, asked=False):
            there = self.followers.one(run, connection_id)

    def resume(self, run: RunKey, connection_id: str) -> None:
        """Finishes a replay that was set aside. Raises UnsentError: try again later."""
        there = self.followers.one(run, connection_id)
        if there is None or not there.holder:
            return
        if self._died(there):
            self.end(run, connection_id)
            return
        if there.holder != QUEUE:
            return  # somebody is at it, or it is about to be closed
        mine = self._held(there, uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, mine, there.version):
            now = self.followers.one(run, connection_id)
            if now is None or now.holder != mine.holder:
                raise NotDeliveredError  # it changed under our hands; the queue brings it back
            mine = now  # written, and the answer was lost
        self.replay(run, mine)

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
            self.end(run, follower.connection_id)
            raise

    def _replay(self, run: RunKey, follower: Follower) -> None:
        mine, position, over = follower, follower.position, False
        while True:
            for event in self.log.events(run, position):
                try:
                    self.sender.send(mine.connection_id, event.text)
                except ConnectionGoneError:
                    self._gone(run, mine.connection_id)
                    return
                except DeliveryUnknownError:
                    self.end(run, mine.connection_id)
                    return
                except NotDeliveredError:
                    self._set_aside(run, mine, position)
                    raise
                position, over = event.seq, event.terminal
            # A follower of a run that is over stays until it expires: were it gone, a sender that is late (the pusher
            # with the last events, a replay that was slow to begin) would take it for new and send all of it again.
            live = replace(
                mine,
                position=position,
                holder="",
                lease_until=0.0,
                version=mine.version + 1,
            )
            if self.followers.write(run, live, mine.version):
                if over and mine.asked:
                    self.subscribers.run_ended(mine.connection_id, run)
                return
            there = self.followers.one(run, mine.connection_id)
            if there is None or there.holder != mine.holder:
                return  # gone, or our lease was over and another one took it
            mine = there  # its version was bumped: there is more in the log

    def welcome(self, run: RunKey, subscriber: Subscriber, events: Sequence[Event], done: int) -> None:
        """The first events of a run that a subscriber to its persona or workspace meets."""
        start = subscriber.after.get(run.run_id, 0)
        whole = start == 0 and done == 0 and events[0].seq == 1
        new = Follower(subscriber.connection_id, subscriber.key_hash, start, asked=False)
        if not whole:
            new = self._held(new, PUSHER + uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, new, None):
            there = self.followers.one(run, subscriber.connection_id)
            if there is not None and new.holder and there.holder == new.holder:  # written, and the answer was lost
                self.replay_or_queue(run, there)
            elif there is not None:
                self.push(run, there, events, done)
        elif whole:
            self.push(run, new, events, done)
        else:
            self.replay_or_queue(run, new)

    def push(self, run: RunKey, follower: Follower, events: Sequence[Event], done: int) -> None:
        """Sends new events to a follower that is live; of one that is not, sees to it that it will get them.

        `events` are in order; up to `done` all live followers have been pushed the run before.
        """
        there: Follower | None = follower
        while there is not None and there.holder != CLOSING:
            if not there.holder:
                self._send_live(run, there, events, max(there.position, done))
                return
            if self._died(there):
                self.end(run, there.connection_id)
                return
            expired = there.lease_until <= self.clock()
            changed = self._held(there, QUEUE, QUEUE_LEASE_S) if expired else replace(there, version=there.version + 1)
            if self.followers.write(run, changed, there.version):
                if expired:
                    self.queue.put(run, there.connection_id)
                return
            there = self.followers.one(run, there.connection_id)

    def _send_live(self, run: RunKey, follower: Follower, events: Sequence[Event], position: int) -> None:
        wanted = [event for event in events if event.seq > position]
        if wanted and [event.seq for event in wanted] != list(range(position + 1, position + 1 + len(wanted))):
            wanted = [event for event in self.log.events(run, position) if event.seq <= wanted[-1].seq]
        for event in wanted:
            try:
                self.sender.send(follower.connection_id, event.text)
            except ConnectionGoneError:
                self._gone(run, follower.connection_id)
                return
            except DeliveryUnknownError:
                self.end(run, follower.connection_id)
                return
            except NotDeliveredError:
                self._set_aside(run, follower, position)
                self.queue.put(run, follower.connection_id)
                return
            position = event.seq
            if event.terminal and follower.asked:
                self.subscribers.run_ended(follower.connection_id, run)

    def settle(self, run: RunKey, follower: Follower, begun: int) -> bool:
        """What is due to a follower after a push up to `begun` was cut off; False: its connection had to be ended."""
        there: Follower | None = follower
        while there is not None and there.holder != CLOSING:
            mine = there.holder.startswith(PUSHER)  # the push that was cut off was replaying to it
            if mine or self._died(there) or (not there.holder and there.position < begun):
                self.end(run, there.connection_id)
                return False
            if not there.holder:
                return True
            queued = there.holder == QUEUE  # its message may be what was cut off
            changed = self._held(there, QUEUE, QUEUE_LEASE_S) if queued else replace(there, version=there.version + 1)
            if self.followers.write(run, changed, there.version):
                if queued:
                    self.queue.put(run, there.connection_id)
                return True
            there = self.followers.one(run, there.connection_id)
        return True

    def end(self, run: RunKey, connection_id: str) -> None:
        """Closes a connection of which nobody knows whether it was sent an event of the run, for good.

        Its client, told by the closing, connects anew and names the last event it has.
        """
        if self.cut_off(connection_id):
            self._drop(run, connection_id)
        else:
            self._bar(run, connection_id)

    def close(self, connection_id: str) -> None:
        """Closes a connection and drops its subscriptions. Raises UnsentError: try again later."""
        self.sender.close(connection_id)
        self.subscribers.forget(connection_id)

    def cut_off(self, connection_id: str) -> bool:
        """As `close`, and if that cannot be done now, by way of the queue; says whether it is done."""
        try:
            self.close(connection_id)
        except NotDeliveredError:
            self.queue.put_close(connection_id)
            return False
        return True

    def _set_aside(self, run: RunKey, follower: Follower, position: int) -> None:
        """Notes how far the follower has been sent the run, and that the queue is to go on."""
        there: Follower | None = follower
        while there is not None and there.holder == follower.holder:
            held = replace(self._held(there, QUEUE, QUEUE_LEASE_S), position=position)
            if self.followers.write(run, held, there.version):
                return
            there = self.followers.one(run, follower.connection_id)

    def _held(self, follower: Follower, holder: str, seconds: float) -> Follower:
        return replace(follower, holder=holder, lease_until=self.clock() + seconds, version=follower.version + 1)

    def _change(self, run: RunKey, follower: Follower, *, asked: bool) -> bool:
        return self.followers.write(run, replace(follower, asked=asked, version=follower.version + 1), follower.version)

    def _died(self, follower: Follower) -> bool:
        """Whether a function was ended in the middle of a replay to it: it may have been sent more than is noted."""
        return follower.holder not in {"", QUEUE, CLOSING} and follower.lease_until <= self.clock()

    def _bar(self, run: RunKey, connection_id: str) -> None:
        """Sees to it that it is sent nothing more of the run, even if it subscribes again before it is closed."""
        there = self.followers.one(run, connection_id)
        while there is not None and not self.followers.write(run, self._held(there, CLOSING, 0), there.version):
            there = self.followers.one(run, connection_id)

    def _gone(self, run: RunKey, connection_id: str) -> None:
        self.subscribers.forget(connection_id)
        self._drop(run, connection_id)

    def _drop(self, run: RunKey, connection_id: str) -> None:
        there = self.followers.one(run, connection_id)
        while there is not None and not self.followers.delete(run, connection_id, there.version):
            there = self.followers.one(run, connection_id)
