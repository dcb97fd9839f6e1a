"""Live progress: a batch of new events to everybody who follows their runs.

For a run nobody follows a batch costs the look-ups; for one that is followed also two writes, however many follow:
one before the first event is sent and one after the last. A batch that comes again with only the first of them was cut
off in between, and whoever may have been sent some of it is not sent it again (see `Delivery.end`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from fourfold.progress.delivery import CLOSING, Delivery
from fourfold.progress.followers import Event, Follower, RunKey, Subscriber, Topic


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event just written to a run's log."""

    run: RunKey
    persona_id: str
    event: Event


_Reader = tuple[str, str]
"""A key's hash and the workspace it reads."""


@dataclass
class _Push:
    """What goes to whom. `cut_off`: the last one was, so that some may not have been welcomed to the run."""

    run: RunKey
    persona_id: str
    events: list[Event]
    done: int = 0
    cut_off: bool = False
    followers: Sequence[Follower] = ()
    subscribers: dict[str, Subscriber] = field(default_factory=dict)

    def readers(self) -> Iterator[_Reader]:
        """On whose behalf it is sent."""
        everybody: list[Follower | Subscriber] = [*self.followers, *self.subscribers.values()]
        return (_reader(self, who) for who in everybody)

    @property
    def reach(self) -> int:
        """How far the run will have been pushed."""
        return self.events[-1].seq if self.events else self.done


@dataclass(frozen=True)
class _Task:
    """What is to be done for one connection."""

    connection_id: str
    do: Callable[[], None]


@dataclass(frozen=True)
class Pusher:
    """Pushes batches. `may_read` tells by a key's hash and workspace whether its connections may still be sent events.

    Connections are served side by side in `threads`, so a slow one delays no other.
    """

    delivery: Delivery
    may_read: Callable[[str, str], bool]
    threads: Executor

    def push(self, batch: Iterable[NewEvent]) -> list[Exception]:
        """Returns what went wrong with single connections, each of which was ended.

        Raises what storage raised: the batch must come again, and what was done of it is not done twice.
        """
        pushes = self._grouped(batch)
        # Followers before topics: who follows because of a topic was its subscriber first, so it is found covered.
        followed = list(self.threads.map(lambda push: self.delivery.followers.of_run(push.run), pushes))
        topics = list(dict.fromkeys(topic for push in pushes for topic in _topics(push)))
        found = dict(zip(topics, self.threads.map(self.delivery.subscribers.of, topics), strict=True))
        for push, (pushed, followers) in zip(pushes, followed, strict=True):
            push.done, push.cut_off = max(pushed.begun, pushed.done), pushed.begun > pushed.done
            ended = self._ended(push, followers) if push.cut_off else set()
            push.followers = [follower for follower in followers if follower.connection_id not in ended]
            push.events = [event for event in push.events if event.seq > push.done]
            subscribers = (one for topic in _topics(push) for one in found[topic])
            push.subscribers = {one.connection_id: one for one in subscribers if one.connection_id not in ended}
        pushes = [push for push in pushes if push.events or push.cut_off]
        readers = list({key for push in pushes for key in push.readers()})
        may_read = self.threads.map(lambda reader: self.may_read(*reader), readers)
        allowed = {reader for reader, may in zip(readers, may_read, strict=True) if may}
        work = [(push, task) for push in pushes for task in self._tasks(push, allowed)]
        busy = {push.run for push, _ in work}
        reach = {push.run: push.reach for push in pushes if push.cut_off or push.run in busy}
        self._for_each(self.delivery.followers.begin_push, reach)
        failures = [error for error in self.threads.map(lambda item: self._outcome(*item), work) if error is not None]
        self._for_each(self.delivery.followers.end_push, reach)
        return failures

    def _ended(self, push: _Push, followers: Sequence[Follower]) -> set[str]:
        """The connections that were ended, since they may have been sent some of a push that was cut off."""
        kept = self.threads.map(lambda one: self.delivery.settle(push.run, one, push.done), followers)
        return {one.connection_id for one, is_kept in zip(followers, kept, strict=True) if not is_kept}

    def _for_each(self, note: Callable[[RunKey, int], None], reach: Mapping[RunKey, int]) -> None:
        for _ in self.threads.map(note, reach.keys(), reach.values()):
            pass

    def _grouped(self, batch: Iterable[NewEvent]) -> list[_Push]:
        pushes: dict[RunKey, _Push] = {}
        for new in batch:
            pushes.setdefault(new.run, _Push(new.run, new.persona_id, [])).events.append(new.event)
        for push in pushes.values():
            push.events = [event for _, event in sorted({event.seq: event for event in push.events}.items())]
        return list(pushes.values())

    def _tasks(self, push: _Push, allowed: Set[_Reader]) -> list[_Task]:
        tasks: list[_Task] = []
        following = {follower.connection_id for follower in push.followers}
        for follower in push.followers:
            if follower.asked or follower.holder == CLOSING or follower.connection_id in push.subscribers:
                send = partial(self.delivery.push, push.run, follower, push.events, push.done)
                task = send if _reader(push, follower) in allowed else partial(self._cut_off, push.run, follower)
            else:
                task = partial(self._drop_uncovered, push, follower)
            tasks.append(_Task(follower.connection_id, task))
        for subscriber in push.subscribers.values():
            if subscriber.connection_id not in following:
                send = partial(self.delivery.welcome, push.run, subscriber, push.events, push.done)
                task = send if _reader(push, subscriber) in allowed else partial(self._cut_off, push.run, subscriber)
                tasks.append(_Task(subscriber.connection_id, task))
        return tasks

    def _outcome(self, push: _Push, task: _Task) -> Exception | None:
        try:
            task.do()
        except Exception as error:  # noqa: BLE001 - one connection's fault must not keep the others' events back
            self.delivery.end(push.run, task.connection_id)
            return error
        return None

    def _cut_off(self, run: RunKey, who: Follower | Subscriber) -> None:
        self.delivery.close(who.connection_id)
        if isinstance(who, Follower):
            self.delivery.followers.delete(run, who.connection_id, who.version)

    def _drop_uncovered(self, push: _Push, follower: Follower) -> None:
        """Nothing covers it any more: it is dropped before it misses an event, unless covered again just now."""
        if self.delivery.followers.delete(push.run, follower.connection_id, follower.version):
            return
        there = self.delivery.followers.one(push.run, follower.connection_id)
        covering = {one.connection_id for topic in _topics(push) for one in self.delivery.subscribers.of(topic)}
        if there is not None and (there.asked or there.connection_id in covering):
            self.delivery.push(push.run, there, push.events, push.done)


def _topics(push: _Push) -> tuple[Topic, Topic]:
    return Topic(push.run.workspace_id), Topic(push.run.workspace_id, push.persona_id)


def _reader(push: _Push, who: Follower | Subscriber) -> _Reader:
    return who.key_hash, push.run.workspace_id
