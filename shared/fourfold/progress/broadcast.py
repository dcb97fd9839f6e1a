"""Pushes batches of new events to all followers of their runs.

A push has two phases per run, so that a crash cannot send an event twice:

1. store `PushRecord.intended` (how far this push will send), then send to all followers;
2. store `PushRecord.acked`.

These are two writes per batch and run, for any number of followers; a run without followers costs only reads. If a
redelivered batch finds `intended` greater than `acked`, the earlier push was interrupted. Connections that may have
received some of its events are then closed (`EventDelivery.recover`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from fourfold.progress.delivery import CLOSING, EventDelivery
from fourfold.progress.ports import EncodedEvent, Follower, RunKey, Subscriber, Topic


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that was just written to a run's log."""

    run: RunKey
    persona_id: str | None
    event: EncodedEvent


_Reader = tuple[str, str]
"""The hash of an API key, and the workspace that it reads."""


@dataclass
class _RunPush:
    """One run's events of a batch and their recipients.

    `pushed_to`: live followers have all events up to this `seq`. `interrupted`: the run's last push was interrupted, so
    some subscribers may lack a follower even if there are no new events.
    """

    run: RunKey
    persona_id: str | None
    events: list[EncodedEvent]
    pushed_to: int = 0
    interrupted: bool = False
    followers: Sequence[Follower] = ()
    subscribers: dict[str, Subscriber] = field(default_factory=dict)

    def readers(self) -> Iterator[_Reader]:
        """Yields the readers whose access has to be checked."""
        recipients: list[Follower | Subscriber] = [*self.followers, *self.subscribers.values()]
        return (_reader_of(self, recipient) for recipient in recipients)

    @property
    def target(self) -> int:
        """The `seq` up to which live followers have all events after this push."""
        return self.events[-1].seq if self.events else self.pushed_to


@dataclass(frozen=True)
class _Task:
    """The work for one connection."""

    connection_id: str
    run: Callable[[], None]


@dataclass(frozen=True)
class Pusher:
    """Pushes batches of events. Connections are served concurrently in `threads`, so a slow one delays no other.

    `may_read(key_hash, workspace_id)` returns whether connections with this key may still receive the events.
    """

    delivery: EventDelivery
    may_read: Callable[[str, str], bool]
    threads: Executor

    def push(self, batch: Iterable[NewEvent]) -> list[Exception]:
        """Pushes a batch.

        Returns:
            The errors of single connections; each of these was closed.

        Raises:
            Exception: raised by storage. The batch must be redelivered; no event is then sent twice.
        """
        pushes = self._by_run(batch)
        # Followers are read before topics. A follower created through a topic was its subscriber before, so the topic
        # read later contains it, and the follower is not deleted as uncovered.
        followed = list(self.threads.map(lambda push: self.delivery.followers.of_run(push.run), pushes))
        topics = list(dict.fromkeys(topic for push in pushes for topic in _topics(push)))
        found = dict(zip(topics, self.threads.map(self.delivery.subscribers.of, topics), strict=True))
        for push, (record, followers) in zip(pushes, followed, strict=True):
            # After an interrupted push, `_recover` closes the live followers that may have received some of its events.
            # So the remaining ones have all events up to `intended`.
            push.pushed_to, push.interrupted = max(record.intended, record.acked), record.intended > record.acked
            closed = self._recover(push, followers) if push.interrupted else set()
            push.followers = [follower for follower in followers if follower.connection_id not in closed]
            push.events = [event for event in push.events if event.seq > push.pushed_to]
            subscribers = (one for topic in _topics(push) for one in found[topic])
            push.subscribers = {one.connection_id: one for one in subscribers if one.connection_id not in closed}
        pushes = [push for push in pushes if push.events or push.interrupted]
        readers = list({key for push in pushes for key in push.readers()})
        may_read = self.threads.map(lambda reader: self.may_read(*reader), readers)
        allowed = {reader for reader, may in zip(readers, may_read, strict=True) if may}
        work = [(push, task) for push in pushes for task in self._tasks(push, allowed)]
        with_tasks = {push.run for push, _ in work}
        target = {push.run: push.target for push in pushes if push.interrupted or push.run in with_tasks}
        self._for_each(self.delivery.followers.record_intended, target)
        failures = [error for error in self.threads.map(lambda item: self._attempt(*item), work) if error is not None]
        self._for_each(self.delivery.followers.record_acked, target)
        return failures

    def _recover(self, push: _RunPush, followers: Sequence[Follower]) -> set[str]:
        """Recovers the followers after an interrupted push; returns the connections that were closed."""
        recovered = self.threads.map(lambda one: self.delivery.recover(push.run, one, push.pushed_to), followers)
        return {one.connection_id for one, is_recovered in zip(followers, recovered, strict=True) if not is_recovered}

    def _for_each(self, record: Callable[[RunKey, int], None], target: Mapping[RunKey, int]) -> None:
        for _ in self.threads.map(record, target.keys(), target.values()):
            pass

    def _by_run(self, batch: Iterable[NewEvent]) -> list[_RunPush]:
        pushes: dict[RunKey, _RunPush] = {}
        for new in batch:
            pushes.setdefault(new.run, _RunPush(new.run, new.persona_id, [])).events.append(new.event)
        for push in pushes.values():
            push.events = [event for _, event in sorted({event.seq: event for event in push.events}.items())]
        return list(pushes.values())

    def _tasks(self, push: _RunPush, allowed: Set[_Reader]) -> list[_Task]:
        tasks: list[_Task] = []
        following = {follower.connection_id for follower in push.followers}
        for follower in push.followers:
            if follower.direct or follower.holder == CLOSING or follower.connection_id in push.subscribers:
                send = partial(self.delivery.push, push.run, follower, push.events, push.pushed_to)
                task = send if _reader_of(push, follower) in allowed else partial(self._revoke, push.run, follower)
            else:
                task = partial(self._drop_uncovered, push, follower)
            tasks.append(_Task(follower.connection_id, task))
        for subscriber in push.subscribers.values():
            if subscriber.connection_id not in following:
                send = partial(self.delivery.add_follower, push.run, subscriber, push.events, push.pushed_to)
                task = send if _reader_of(push, subscriber) in allowed else partial(self._revoke, push.run, subscriber)
                tasks.append(_Task(subscriber.connection_id, task))
        return tasks

    def _attempt(self, push: _RunPush, task: _Task) -> Exception | None:
        try:
            task.run()
        except Exception as error:  # noqa: BLE001 - an error of one connection must not stop the others
            self.delivery.close_ambiguous(push.run, task.connection_id)
            return error
        return None

    def _revoke(self, run: RunKey, recipient: Follower | Subscriber) -> None:
        self.delivery.close(recipient.connection_id)
        if isinstance(recipient, Follower):
            self.delivery.followers.delete(run, recipient.connection_id, recipient.version)

    def _drop_uncovered(self, push: _RunPush, follower: Follower) -> None:
        """Deletes a follower that no subscription covers any more, unless one was added concurrently."""
        if self.delivery.followers.delete(push.run, follower.connection_id, follower.version):
            return
        current = self.delivery.followers.one(push.run, follower.connection_id)
        covering = {one.connection_id for topic in _topics(push) for one in self.delivery.subscribers.of(topic)}
        if current is not None and (current.direct or current.connection_id in covering):
            self.delivery.push(push.run, current, push.events, push.pushed_to)


def _topics(push: _RunPush) -> tuple[Topic, ...]:
    workspace = Topic(push.run.workspace_id)
    return (workspace,) if push.persona_id is None else (workspace, Topic(push.run.workspace_id, push.persona_id))


def _reader_of(push: _RunPush, recipient: Follower | Subscriber) -> _Reader:
    return recipient.key_hash, push.run.workspace_id
