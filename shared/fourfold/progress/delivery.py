"""Sending a run's events to one follower: each once, in order, whoever sends.

A crash between sending an event and noting it can send that event a second time; clients drop what is not newer than
the last `seq` they have of a run. Nothing is ever left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fourfold.progress.followers import (
    CatchUpQueue,
    ConnectionGoneError,
    Event,
    EventLog,
    Follower,
    FollowerStore,
    RunKey,
    Sender,
    Subscriber,
    Subscribers,
    UnsentError,
)

# Longer than any function lives that replays: when it is over, nobody is at work.
REPLAY_LEASE_S = 60.0
# A follower waiting in the queue is put there again by an event that comes later than this.
QUEUE_LEASE_S = 10.0
QUEUE = "queue"


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
        if there.holder != QUEUE and there.lease_until > self.clock():
            return  # somebody is at it
        mine = self._held(there, uuid.uuid4().hex, REPLAY_LEASE_S)
        if self.followers.write(run, mine, there.version):
            self.replay(run, mine)
        else:
            raise UnsentError  # it changed under our hands; the queue brings it back

    def replay_or_queue(self, run: RunKey, follower: Follower) -> None:
        """As `replay`; what cannot be sent now is left to the queue."""
        try:
            self.replay(run, follower)
        except UnsentError:
            self.queue.put(run, follower.connection_id)

    def replay(self, run: RunKey, follower: Follower) -> None:
        """Sends the log after the follower's position, then lets it go live. The caller is its holder.

        Raises:
            UnsentError: how far it came is noted, and that the queue is to go on.
        """
        mine, position, over = follower, follower.position, False
        while True:
            for event in self.log.events(run, position):
                try:
                    self.sender.send(mine.connection_id, event.text)
                except ConnectionGoneError:
                    self._gone(run, mine)
                    return
                except UnsentError:
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
            new = self._held(new, uuid.uuid4().hex, REPLAY_LEASE_S)
        if not self.followers.write(run, new, None):
            there = self.followers.one(run, subscriber.connection_id)
            if there is not None:
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
        while there is not None:
            if not there.holder:
                self._send_live(run, there, events, max(there.position, done))
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
                self._gone(run, follower)
                return
            except UnsentError:
                self._set_aside(run, follower, position)
                self.queue.put(run, follower.connection_id)
                return
            position = event.seq
            if event.terminal and follower.asked:
                self.subscribers.run_ended(follower.connection_id, run)

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

    def _gone(self, run: RunKey, follower: Follower) -> None:
        self.subscribers.forget(follower.connection_id)
        there = self.followers.one(run, follower.connection_id)
        while there is not None and not self.followers.delete(run, there.connection_id, there.version):
            there = self.followers.one(run, follower.connection_id)
