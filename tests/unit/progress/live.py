"""Live progress in memory, and a scheduler that decides which actor makes the next step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from fourfold.progress.broadcast import NewEvent, Pusher
from fourfold.progress.delivery import EventDelivery
from fourfold.progress.ports import (
    ConnectionGoneError,
    DeliveryUnknownError,
    EncodedEvent,
    Follower,
    NotDeliveredError,
    PushRecord,
    RunKey,
    Subscriber,
    Topic,
)
from fourfold.progress.subscriptions import Connection, Subscriptions

WORKSPACE = "ws_one"
PERSONA = "per_01kaqf0c5v3y9m2t8z4n6r1w7b"
PATIENCE_S = 10


def run_id(number: int) -> str:
    return f"run_01kaqf0c5v3y9m2t8z4n6r1w{number:02d}"


def body(run: RunKey, seq: int, last: int) -> dict[str, Any]:
    kind = "pipeline.completed" if seq == last else "job.progress"
    return {"seq": seq, "type": kind, "run_id": run.run_id, "persona_id": PERSONA, "at": "2026-11-25T00:00:00.000Z"}


class Inline(Executor):
    """An executor that runs everything at once, in order."""

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        return iter([fn(*arguments) for arguments in zip(*iterables, strict=True)])


class CrashError(BaseException):
    """A function is ended where it stands; nothing of its code runs after that."""


class Fate(Enum):
    """What becomes of a message or of the wish to close a connection."""

    DONE = "done"
    REFUSED = "refused"
    DONE_UNHEARD = "done, and the answer was lost"
    LOST_UNHEARD = "not done, and no answer came"


@dataclass
class World:
    """Log, stream, tables, connected clients and the queue. `pause` is called before each touch of them."""

    pause: Callable[[], None] = lambda: None
    logs: dict[RunKey, list[EncodedEvent]] = field(default_factory=dict)
    stream: list[NewEvent] = field(default_factory=list)
    table: dict[tuple[RunKey, str], Follower] = field(default_factory=dict)
    pushed: dict[RunKey, PushRecord] = field(default_factory=dict)
    topics: dict[Topic, dict[str, Subscriber]] = field(default_factory=dict)
    counted: dict[str, set[str]] = field(default_factory=dict)
    received: dict[str, list[str]] = field(default_factory=dict)
    fates: list[Fate] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    closed: list[str] = field(default_factory=list)
    queued: list[tuple[RunKey | None, str]] = field(default_factory=list)
    lost_answers: list[bool] = field(default_factory=list)
    """Writes that are done and seem not to be: the client tried again, and found its own item."""
    returning: list[tuple[RunKey | None, str]] = field(default_factory=list)
    writes: int = 0
    now: float = 1000.0
    readable: Callable[[str, str], bool] = lambda _key, _workspace: True

    # the log
    def append(self, run: RunKey, last: int) -> None:
        self.pause()
        entries = self.logs.setdefault(run, [])
        event = EncodedEvent.of(body(run, len(entries) + 1, last))
        entries.append(event)
        self.stream.append(NewEvent(run, PERSONA, event))

    def events(self, run: RunKey, after: int) -> Iterable[EncodedEvent]:
        self.pause()
        return [event for event in self.logs.get(run, []) if event.seq > after]

    def newest(self, run: RunKey) -> EncodedEvent | None:
        self.pause()
        return self.logs[run][-1] if self.logs.get(run) else None

    # followers
    def of_run(self, run: RunKey) -> tuple[PushRecord, Sequence[Follower]]:
        self.pause()
        return self.pushed.get(run, PushRecord()), [follower for (of, _), follower in self.table.items() if of == run]

    def one(self, run: RunKey, connection_id: str) -> Follower | None:
        self.pause()
        return self.table.get((run, connection_id))

    def write(self, run: RunKey, follower: Follower, expected: int | None) -> bool:
        self.pause()
        self.writes += 1
        there = self.table.get((run, follower.connection_id))
        if (there.version if there else None) != expected:
            return False
        self.table[run, follower.connection_id] = follower
        return not (self.lost_answers and self.lost_answers.pop(0))

    def delete_follower(self, run: RunKey, connection_id: str, expected: int) -> bool:
        self.pause()
        there = self.table.get((run, connection_id))
        if there is None or there.version != expected:
            return False
        del self.table[run, connection_id]
        return True

    def record_intended(self, run: RunKey, seq: int) -> None:
        self.pause()
        self.writes += 1
        there = self.pushed.get(run, PushRecord())
        self.pushed[run] = replace(there, intended=max(seq, there.intended))

    def record_acked(self, run: RunKey, seq: int) -> None:
        self.pause()
        self.writes += 1
        there = self.pushed.get(run, PushRecord())
        self.pushed[run] = replace(there, acked=max(seq, there.acked))

    # connected clients
    def send(self, connection_id: str, text: str) -> None:
        self.pause()
        if connection_id in self.gone or connection_id in self.closed:
            raise ConnectionGoneError
        fate = self.fates.pop(0) if self.fates and '"seq"' in text else Fate.DONE
        if fate is Fate.REFUSED:
            raise NotDeliveredError
        if fate is not Fate.LOST_UNHEARD:
            self.received.setdefault(connection_id, []).append(text)
        if fate is not Fate.DONE:
            raise DeliveryUnknownError
        self.pause()  # the moment in which it is sent and not noted

    def close(self, connection_id: str) -> None:
        self.pause()
        fate = self.fates.pop(0) if self.fates else Fate.DONE
        if fate in {Fate.DONE, Fate.DONE_UNHEARD}:
            self.closed.append(connection_id)
        if fate is not Fate.DONE:
            raise NotDeliveredError

    # the queue
    def put(self, run: RunKey, connection_id: str) -> None:
        self.pause()
        self.queued.append((run, connection_id))

    def put_close(self, connection_id: str) -> None:
        self.pause()
        self.queued.append((None, connection_id))

    # the directory
    def has_run(self, run: RunKey) -> bool:
        return run in self.logs

    def has_persona(self, workspace_id: str, persona_id: str) -> bool:
        return (workspace_id, persona_id) == (WORKSPACE, PERSONA)

    def runs_of_persona(self, workspace_id: str, persona_id: str) -> Iterable[str]:
        assert persona_id == PERSONA
        self.pause()
        return [run.run_id for run in self.logs if run.workspace_id == workspace_id]

    def runs_to_follow(self, workspace_id: str, since: str | None) -> Iterable[str]:
        self.pause()
        return [
            run.run_id
            for run, entries in self.logs.items()
            if run.workspace_id == workspace_id
            and (not entries or not entries[-1].terminal or (since is not None and run.run_id > since))
        ]


class Registry:
    """Subscribers of a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of(self, topic: Topic) -> Sequence[Subscriber]:
        self.world.pause()
        return list(self.world.topics.get(topic, {}).values())

    def put(self, topic: Topic, subscriber: Subscriber) -> None:
        self.world.pause()
        self.world.topics.setdefault(topic, {})[subscriber.connection_id] = subscriber

    def delete(self, topic: Topic, connection_id: str) -> None:
        self.world.pause()
        self.world.topics.get(topic, {}).pop(connection_id, None)

    def add(self, connection: Connection, topic: str, limit: int) -> bool:
        counted = self.world.counted.setdefault(connection.connection_id, set())
        if len(counted) >= limit and topic not in counted:
            return False
        counted.add(topic)
        return True

    def remove(self, connection: Connection, topic: str) -> None:
        self.world.counted.get(connection.connection_id, set()).discard(topic)

    def run_ended(self, connection_id: str, run: RunKey) -> None:
        self.world.counted.get(connection_id, set()).discard(f"run:{run.run_id}")

    def forget(self, connection_id: str) -> None:
        self.world.counted.pop(connection_id, None)
        for subscribers in self.world.topics.values():
            subscribers.pop(connection_id, None)


class Followers:
    """The follower store of a world (whose `delete` is the topics')."""

    def __init__(self, world: World) -> None:
        self.of_run, self.one, self.write = world.of_run, world.one, world.write
        self.record_intended, self.record_acked = world.record_intended, world.record_acked
        self.delete = world.delete_follower


class Service:
    """The product's own code on a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        registry = Registry(world)
        self.delivery = EventDelivery(world, Followers(world), registry, world, world, lambda: world.now)
        self.pusher = Pusher(self.delivery, world.readable, Inline())
        self.subscriptions = Subscriptions(registry, world, self.delivery, Inline())

    def say(self, connection_id: str, text: str, workspace_id: str = WORKSPACE) -> None:
        self.subscriptions.handle(Connection(connection_id, workspace_id, f"key of {connection_id}"), text)

    def push_all(self, size: int = 100) -> None:
        """Serves the stream until it is empty."""
        while self.world.stream:
            batch = self.world.stream[:size]
            self.pusher.push(batch)
            del self.world.stream[: len(batch)]

    def catch_up(self) -> None:
        """Serves the queue until it is empty; what cannot be sent comes again."""
        while self.world.queued:
            run, connection_id = self.world.queued.pop(0)
            try:
                if run is None:
                    self.delivery.close(connection_id)
                else:
                    self.delivery.resume(run, connection_id)
            except NotDeliveredError:
                self.world.queued.append((run, connection_id))
            except CrashError:
                self.world.returning.append((run, connection_id))
                raise


class Schedule:
    """Runs actors one step at a time; `choose` picks the next among those that can go on."""

    def __init__(self, choose: Callable[[int], int]) -> None:
        self._choose = choose
        self._current = threading.local()
        self._waiting: dict[str, threading.Semaphore] = {}
        self._arrived = threading.Semaphore(0)
        self._failures: list[BaseException] = []

    def actor(self) -> str | None:
        """Who is at it."""
        return getattr(self._current, "name", None)

    def pause(self) -> None:
        """Called by an actor before each step."""
        name = self.actor()
        if name is None:
            return
        gate = threading.Semaphore(0)
        self._waiting[name] = gate
        self._arrived.release()
        assert gate.acquire(timeout=PATIENCE_S)

    def run(self, actors: Mapping[str, Callable[[], None]]) -> None:
        """Lets all actors come to their end."""

        def act(name: str, actor: Callable[[], None]) -> None:
            self._current.name = name
            try:
                self.pause()
                actor()
            except BaseException as error:  # noqa: BLE001 - it is raised in the test's own thread
                self._failures.append(error)
            finally:
                self._arrived.release()

        threads = [threading.Thread(target=act, args=pair, daemon=True) for pair in actors.items()]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert self._arrived.acquire(timeout=PATIENCE_S)
        while self._waiting:
            names = sorted(self._waiting)
            self._waiting.pop(names[self._choose(len(names))]).release()
            assert self._arrived.acquire(timeout=PATIENCE_S)
        for thread in threads:
            thread.join(PATIENCE_S)
        if self._failures:
            raise self._failures[0]


class Crashes:
    """A schedule in which `victims` are ended where they stand, now and then and `left` times at most."""

    CHANCE = 0.05

    def __init__(self, schedule: Schedule, victims: Set[str], left: int, chance: Callable[[], float]) -> None:
        self._schedule = schedule
        self._victims = victims
        self._left = left
        self._chance = chance

    def pause(self) -> None:
        """Called by an actor before each step. Raises CrashError."""
        self._schedule.pause()
        if self._left and self._schedule.actor() in self._victims and self._chance() < self.CHANCE:
            self._left -= 1
            raise CrashError
