"""Handles the commands of connected clients: subscribe, unsubscribe, ping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from fourfold.problem import ProblemError
from fourfold.progress import messages
from fourfold.progress.delivery import EventDelivery
from fourfold.progress.messages import (
    Ack,
    AnyCommand,
    ErrorReply,
    Ping,
    Pong,
    SubscribePersona,
    SubscribeRun,
    SubscribeWorkspace,
    UnsubscribePersona,
    UnsubscribeRun,
    UnsubscribeWorkspace,
)
from fourfold.progress.ports import RunKey, Subscriber, Subscribers, Topic

# API Gateway allows 29 s per message. The first runs are replayed within it; the catch-up queue replays the others.
MAX_INLINE_REPLAYS = 40
MAX_REPLAYS = 300


@dataclass(frozen=True, slots=True)
class Connection:
    """A connected client, with the workspace and the hash of its API key."""

    connection_id: str
    workspace_id: str
    key_hash: str


class RunDirectory(Protocol):
    """The runs and personas of a workspace."""

    def has_run(self, run: RunKey) -> bool:
        """Whether the workspace has this run."""

    def has_persona(self, workspace_id: str, persona_id: str) -> bool:
        """Whether the workspace has this persona."""

    def runs_of_persona(self, workspace_id: str, persona_id: str) -> Iterable[str]:
        """Returns the ids of the persona's runs, background jobs included."""

    def runs_to_follow(self, workspace_id: str, since: str | None) -> Iterable[str]:
        """Returns the ids of runs in progress and of runs with an id greater than `since`, newest first."""


class SubscriptionRegistry(Subscribers, Protocol):
    """Subscribers, with the operations that change them."""

    def add(self, connection: Connection, topic: str, limit: int) -> bool:
        """Adds a subscription to the connection's set; returns False if the set has `limit` others."""

    def remove(self, connection: Connection, topic: str) -> None:
        """Removes a subscription from the connection's set."""

    def put(self, topic: Topic, subscriber: Subscriber) -> None:
        """Makes the connection a subscriber of the topic."""

    def delete(self, topic: Topic, connection_id: str) -> None:
        """Deletes the connection's subscription to the topic."""


@dataclass(frozen=True)
class Subscriptions:
    """Handles commands. Replies and inline replays are sent before `handle` returns."""

    registry: SubscriptionRegistry
    directory: RunDirectory
    delivery: EventDelivery
    threads: Executor

    def handle(self, connection: Connection, text: str) -> None:
        """Handles one message. A problem with it is sent to the client as an error message.

        Raises:
            ConnectionGoneError, NotDeliveredError, DeliveryUnknownError: the reply was not sent, or may not have been.
        """
        command_id = messages.command_id_of(text)
        try:
            self._execute(connection, messages.parse_command(text))
        except ProblemError as refused:
            self._send(connection, ErrorReply(id=command_id, problem=refused.problem))

    def _execute(self, connection: Connection, command: AnyCommand) -> None:
        match command:
            case Ping():
                self._send(connection, Pong(id=command.id))
            case SubscribeRun():
                self._subscribe_run(connection, command)
            case SubscribePersona():
                if not self.directory.has_persona(connection.workspace_id, command.persona_id):
                    raise messages.not_found()
                self._subscribe_topic(connection, command, Topic(connection.workspace_id, command.persona_id))
            case SubscribeWorkspace():
                _require_own_workspace(connection, command.workspace)
                self._subscribe_topic(connection, command, Topic(connection.workspace_id))
            case UnsubscribeRun():
                self.registry.remove(connection, f"run:{command.run_id}")
                self.delivery.unfollow(RunKey(connection.workspace_id, command.run_id), connection.connection_id)
                self._send(connection, Ack(id=command.id, action="unsubscribe", run_id=command.run_id))
            case UnsubscribePersona() | UnsubscribeWorkspace():
                self._unsubscribe_topic(connection, command)

    def _subscribe_run(self, connection: Connection, command: SubscribeRun) -> None:
        run = RunKey(connection.workspace_id, command.run_id)
        if not self.directory.has_run(run):
            raise messages.not_found()
        newest = self.delivery.log.newest(run)
        if command.after > (newest.seq if newest else 0):
            raise messages.unknown_event("/after")
        if not self.registry.add(connection, topic_name(command), messages.MAX_SUBSCRIPTIONS):
            raise messages.too_many_subscriptions()
        self._send(connection, Ack(id=command.id, action="subscribe", run_id=command.run_id))
        ended = newest is not None and newest.terminal
        if not ended or newest is None or command.after < newest.seq:
            self.delivery.follow(run, connection.connection_id, connection.key_hash, command.after, direct=True)
        if ended:
            self.registry.remove(connection, topic_name(command))

    def _subscribe_topic(
        self, connection: Connection, command: SubscribePersona | SubscribeWorkspace, topic: Topic
    ) -> None:
        if not self.registry.add(connection, topic_name(command), messages.MAX_SUBSCRIPTIONS):
            raise messages.too_many_subscriptions()
        subscriber = Subscriber(connection.connection_id, connection.key_hash, command.after)
        workspace = None if topic.persona_id else connection.workspace_id
        self._send(connection, Ack(id=command.id, action="subscribe", persona_id=topic.persona_id, workspace=workspace))
        self.registry.put(topic, subscriber)
        runs = [RunKey(connection.workspace_id, run_id) for run_id in self._replayed(topic, command)]
        for _ in self.threads.map(lambda run: self._replay(run, subscriber), runs[:MAX_INLINE_REPLAYS]):
            pass
        for run in runs[MAX_INLINE_REPLAYS:]:
            after = subscriber.after.get(run.run_id, 0)
            self.delivery.follow_later(run, connection.connection_id, connection.key_hash, after)

    def _replayed(self, topic: Topic, command: SubscribePersona | SubscribeWorkspace) -> Sequence[str]:
        if topic.persona_id is not None:
            runs = list(self.directory.runs_of_persona(topic.workspace_id, topic.persona_id))
        else:
            named = [run_id for run_id in command.after if self.directory.has_run(RunKey(topic.workspace_id, run_id))]
            runs = [*self.directory.runs_to_follow(topic.workspace_id, max(named, default=None)), *named]
        return list(dict.fromkeys(runs))[:MAX_REPLAYS]

    def _replay(self, run: RunKey, subscriber: Subscriber) -> None:
        after, newest = subscriber.after.get(run.run_id, 0), self.delivery.log.newest(run)
        if newest is None or (newest.terminal and newest.seq <= after):
            return  # no events yet: the pusher adds the follower; or the run has ended and the client has all of it
        self.delivery.follow(run, subscriber.connection_id, subscriber.key_hash, min(after, newest.seq), direct=False)

    def _unsubscribe_topic(self, connection: Connection, command: UnsubscribePersona | UnsubscribeWorkspace) -> None:
        persona_id = command.persona_id if isinstance(command, UnsubscribePersona) else None
        if isinstance(command, UnsubscribeWorkspace):
            _require_own_workspace(connection, command.workspace)
        self.registry.delete(Topic(connection.workspace_id, persona_id), connection.connection_id)
        self.registry.remove(connection, topic_name(command))
        workspace = None if persona_id else connection.workspace_id
        self._send(connection, Ack(id=command.id, action="unsubscribe", persona_id=persona_id, workspace=workspace))

    def _send(self, connection: Connection, reply: Ack | ErrorReply | Pong) -> None:
        self.delivery.sender.send(connection.connection_id, reply.text())


def topic_name(
    command: SubscribeRun | SubscribePersona | SubscribeWorkspace | UnsubscribePersona | UnsubscribeWorkspace,
) -> str:
    """Returns the name of a subscription in the connection's set."""
    match command:
        case SubscribeRun():
            return f"run:{command.run_id}"
        case SubscribePersona() | UnsubscribePersona():
            return f"persona:{command.persona_id}"
        case _:
            return "workspace"


def _require_own_workspace(connection: Connection, workspace: object) -> None:
    if workspace not in {True, connection.workspace_id}:
        raise messages.not_found()
