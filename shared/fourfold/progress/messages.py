"""The WebSocket messages other than events: commands of clients, and ack, error and pong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fourfold.ids import PersonaId, RunId
from fourfold.problem import FieldError, Problem, ProblemError, problem

# Below the limits of API Gateway (32 KiB per frame, 128 KiB per message), beyond which it closes the connection.
MAX_MESSAGE_BYTES = 16 * 1024
MAX_AFTER_RUNS = 200
MAX_SUBSCRIPTIONS = 100
_MAX_FIELD_ERRORS = 5

Seq = Annotated[int, Field(ge=0, le=10**9)]
CommandId = Annotated[
    str | None, Field(max_length=64, description="Chosen by the client; the reply to this command has the same id.")
]
Positions = Annotated[
    dict[RunId, Seq],
    Field(
        max_length=MAX_AFTER_RUNS,
        description="Maps run ids to the greatest `seq` that the client has; only later events are replayed.",
    ),
]
TargetName = Literal["run_id", "persona_id", "workspace"]
TARGETS: tuple[TargetName, ...] = ("run_id", "persona_id", "workspace")


class Command(BaseModel):
    """The fields common to all commands."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: CommandId = None


class SubscribeRun(Command):
    """Subscribe to one run: the events after `after`, then live events. The subscription ends with the run."""

    action: Literal["subscribe"]
    run_id: RunId
    after: Annotated[Seq, Field(description="The greatest `seq` of the run that the client has; 0 for none.")] = 0


class SubscribePersona(Command):
    """Subscribe to all runs of a persona, background jobs included. Earlier runs are replayed first."""

    action: Literal["subscribe"]
    persona_id: PersonaId
    after: Positions = {}


class SubscribeWorkspace(Command):
    """Subscribe to all runs of the key's workspace.

    Runs in progress, runs named in `after`, and runs started after the newest of these are replayed first.
    """

    action: Literal["subscribe"]
    workspace: Annotated[Literal[True] | str, Field(description="true, or the id of the key's workspace.")]
    after: Positions = {}


class UnsubscribeRun(Command):
    """Unsubscribe from a run. Its events continue if its persona or the workspace is subscribed to as well."""

    action: Literal["unsubscribe"]
    run_id: RunId


class UnsubscribePersona(Command):
    """Unsubscribe from a persona."""

    action: Literal["unsubscribe"]
    persona_id: PersonaId


class UnsubscribeWorkspace(Command):
    """Unsubscribe from the workspace."""

    action: Literal["unsubscribe"]
    workspace: Literal[True] | str


class Ping(Command):
    """Request a pong. A connection without messages for ten minutes is closed."""

    action: Literal["ping"]


AnyCommand = (
    SubscribeRun
    | SubscribePersona
    | SubscribeWorkspace
    | UnsubscribeRun
    | UnsubscribePersona
    | UnsubscribeWorkspace
    | Ping
)

_COMMANDS: Mapping[tuple[str, str | None], type[AnyCommand]] = {
    ("subscribe", "run_id"): SubscribeRun,
    ("subscribe", "persona_id"): SubscribePersona,
    ("subscribe", "workspace"): SubscribeWorkspace,
    ("unsubscribe", "run_id"): UnsubscribeRun,
    ("unsubscribe", "persona_id"): UnsubscribePersona,
    ("unsubscribe", "workspace"): UnsubscribeWorkspace,
    ("ping", None): Ping,
}


class Reply(BaseModel):
    """The fields common to all replies."""

    model_config = ConfigDict(frozen=True)

    type: str
    id: Annotated[str | None, Field(description="The id of the command.", exclude_if=lambda value: value is None)] = (
        None
    )

    def text(self) -> str:
        """Returns the reply as JSON text."""
        return self.model_dump_json()


class Ack(Reply):
    """The command is accepted. For a subscription, missed events follow, then live events."""

    type: Literal["ack"] = "ack"
    action: Literal["subscribe", "unsubscribe"]
    run_id: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    persona_id: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    workspace: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None


class ErrorReply(Reply):
    """The command is rejected. The connection stays open, unless `problem` says that the API key is not valid."""

    type: Literal["error"] = "error"
    problem: Problem


class Pong(Reply):
    """The reply to a ping."""

    type: Literal["pong"] = "pong"


def parse_command(text: str) -> AnyCommand:
    """Parses a message.

    Raises:
        ProblemError: the message is not a valid command; the problem lists the invalid fields.
    """
    if len(text.encode("utf-8", "replace")) > MAX_MESSAGE_BYTES:
        detail = f"A message has at most {MAX_MESSAGE_BYTES} bytes."
        raise ProblemError(problem("message_too_large", "The message is too large", 413, detail))
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        detail = 'Send one JSON object, such as {"action": "subscribe", "run_id": "run_..."}.'
        raise ProblemError(problem("invalid_json", "Not a JSON object", 400, detail))
    action = content.get("action")
    if not isinstance(action, str) or action not in {known for known, _ in _COMMANDS}:
        detail = "Send subscribe, unsubscribe or ping as `action`."
        raise ProblemError(problem("unknown_action", "Unknown action", 400, detail))
    named = [name for name in TARGETS if name in content]
    if action != "ping" and len(named) != 1:
        raise _invalid(FieldError(pointer="", code="one_target", detail=f"Name one of {', '.join(TARGETS)}."))
    try:
        return _COMMANDS[action, named[0] if action != "ping" else None].model_validate(content)
    except ValidationError as error:
        found = {error.pointer: error for error in map(_field_error, error.errors())}
        raise _invalid(*list(found.values())[:_MAX_FIELD_ERRORS]) from None


def command_id_of(text: str) -> str | None:
    """Returns the `id` of an invalid message, if it can be parsed."""
    try:
        found = json.loads(text[:MAX_MESSAGE_BYTES]).get("id")
    except (ValueError, RecursionError, AttributeError):
        return None
    return found if isinstance(found, str) and len(found) <= 64 else None  # noqa: PLR2004 - CommandId's bound


def unknown_event(pointer: str) -> ProblemError:
    """Returns the problem of an `after` beyond the end of the run's log."""
    return _invalid(FieldError(pointer=pointer, code="unknown_event", detail="The run has no such event."))


def not_found() -> ProblemError:
    """Returns the problem of a missing resource; the same if another workspace owns it."""
    return ProblemError(problem("not_found", "Not found", 404, "The workspace of this API key has no such resource."))


def too_many_subscriptions() -> ProblemError:
    """Returns the problem of a connection that has reached the limit of subscriptions."""
    detail = (
        f"A connection has at most {MAX_SUBSCRIPTIONS} subscriptions. Unsubscribe from some, open another connection, "
        "or subscribe to the workspace."
    )
    return ProblemError(problem("too_many_subscriptions", "Too many subscriptions", 429, detail))


def _invalid(*errors: FieldError) -> ProblemError:
    detail = " ".join(f"{error.pointer or 'The message'}: {error.detail}" for error in errors[:3])
    answer = problem("invalid_message", "The message is not valid", 422, detail)
    return ProblemError(answer.model_copy(update={"errors": errors}))


def _field_error(error: Mapping[str, Any]) -> FieldError:
    """Converts a pydantic error, without the invalid value."""
    path = [str(part) for part in error["loc"] if part not in {"[key]", "str", "literal[True]"}]
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1")[:80] for part in path)
    code = {"missing": "required", "extra_forbidden": "unknown_field"}.get(error["type"], error["type"])
    return FieldError(pointer=pointer.encode("utf-8", "replace").decode(), code=code, detail=f"{error['msg']}.")
