"""Live progress: a batch of new events to everybody who follows their runs.

For a run nobody follows a batch costs the look-ups; for one that is followed also one write, however many follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from fourfold.progress.delivery import Delivery
from fourfold.progress.followers import Event, Follower, RunKey, Subscriber, Topic


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event just written to a run's log."""

    run: RunKey
    persona_id: str
    event: Event


@dataclass
class _Push:
    """What goes to whom."""

    run: RunKey
    persona_id: str
    events: list[Event]
    done: int = 0
    followers: Sequence[Follower] = ()
    subscribers: dict[str, Subscriber] = field(default_factory=dict)


@dataclass(frozen=True)
class Pusher:
    """Pushes batches. `may_read` tells by a key's hash and workspace whether its connections may still be sent events.

    Connections are served side by side in `threads`, so a slow one delays no other.
    """

    delivery: Delivery
    may_read: Callable[[str, str], bool]
    threads: Executor

    def push(self, batch: Iterable[NewEvent]) -> None:
        """Raises what storage raised: the batch must come again, and what was done of it is not done twice."""
        pushes = self._grouped(batch)
        # Followers before topics: who follows because of a topic was its subscriber first, so it is found covered.
        followed = list(self.threads.map(lambda push: self.delivery.followers.of_run(push.run), pushes))
        topics = list(dict.fromkeys(topic for push in pushes for topic in _topics(push)))
        found = dict(zip(topics, self.threads.map(self.delivery.subscribers.of, topics), strict=True))
        for push, (done, followers) in zip(pushes, followed, strict=True):
            push.done, push.followers = done, followers
            push.events = [event for event in push.events if event.seq > done]
            push.subscribers = {one.connection_id: one for topic in _topics(push) for one in found[topic]}
        work = [(push, task) for push in pushes if push.events for task in self._tasks(push)]
        failures: list[Exception] = []
        failed: set[RunKey] = set()
        for (push, _), error in zip(work, self.threads.map(lambda item: _outcome(item[1]), work), strict=True):
            if error is not None:
                failures.append(error)
                failed.add(push.run)
        for run, seq in {push.run: push.events[-1].seq for push, _ in work if push.run not in failed}.items():
            self.delivery.followers.advance(run, seq)
        if failures:
            raise failures[0]

    def _grouped(self, batch: Iterable[NewEvent]) -> list[_Push]:
        pushes: dict[RunKey, _Push] = {}
        for new in batch:
            pushes.setdefault(new.run, _Push(new.run, new.persona_id, [])).events.append(new.event)
        for push in pushes.values():
            push.events = [event for _, event in sorted({event.seq: event for event in push.events}.items())]
        return list(pushes.values())

    def _tasks(self, push: _Push) -> list[Callable[[], None]]:
        tasks: list[Callable[[], None]] = []
        following = {follower.connection_id for follower in push.followers}
        for follower in push.followers:
            if follower.asked or follower.connection_id in push.subscribers:
                send = partial(self.delivery.push, push.run, follower, push.events, push.done)
                tasks.append(partial(self._if_allowed, push.run, follower, send))
            else:
                tasks.append(partial(self._drop_uncovered, push, follower))
        for subscriber in push.subscribers.values():
            if subscriber.connection_id not in following:
                send = partial(self.delivery.welcome, push.run, subscriber, push.events, push.done)
                tasks.append(partial(self._if_allowed, push.run, subscriber, send))
        return tasks

    def _if_allowed(self, run: RunKey, who: Follower | Subscriber, send: Callable[[], None]) -> None:
        if self.may_read(who.key_hash, run.workspace_id):
            send()
            return
        self.delivery.sender.close(who.connection_id)
        self.delivery.subscribers.forget(who.connection_id)
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


def _outcome(task: Callable[[], None]) -> Exception | None:
    try:
        task()
    except Exception as error:  # noqa: BLE001 - one connection's fault must not keep the others' events back
        return error
    return None
