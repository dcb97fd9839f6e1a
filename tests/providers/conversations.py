"""What a model was sent, in order, whatever the provider's API calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.providers.wires import Body, Provider, Received

_ROLES = {"model": "assistant", "developer": "system"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and its text parts. `role` is user, assistant or system; `marked` are the places of cache markers."""

    role: str
    texts: tuple[str, ...]
    marked: frozenset[int] = field(default=frozenset(), compare=False)


def conversation(call: Received) -> tuple[Turn, ...]:
    """The system text as the first turn, then the messages."""
    system, messages, content = _parts(call)
    turns = (_turn(_ROLES.get(item["role"], str(item["role"])), item[content]) for item in messages)
    return _turn("system", system), *turns


def schema_of(call: Received) -> Any:
    """The schema of the answer as the provider got it; None for a chat."""
    body = call.body
    match call.provider:
        case Provider.ANTHROPIC:
            return _at(body, "output_config", "format", "schema")
        case Provider.OPENAI:
            return _at(body, "text", "format", "schema")
        case Provider.GOOGLE:
            return _at(body, "generationConfig", "responseJsonSchema")
        case Provider.BEDROCK:
            return body.get("toolConfig")
        case Provider.COMPATIBLE:
            return body.get("response_format")


def effort_of(call: Received) -> str | None:
    """The effort that was asked for; None without one."""
    paths = {
        Provider.ANTHROPIC: ("output_config", "effort"),
        Provider.OPENAI: ("reasoning", "effort"),
        Provider.GOOGLE: ("generationConfig", "thinkingConfig", "thinking_level"),
    }
    found = _at(call.body, *paths[call.provider]) if call.provider in paths else None
    return None if found is None else str(found).lower()


def _parts(call: Received) -> tuple[Any, list[Body], str]:
    body = call.body
    match call.provider:
        case Provider.GOOGLE:
            return _at(body, "systemInstruction", "parts"), body["contents"], "parts"
        case Provider.OPENAI:
            asked = body["input"]
            messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
            return body.get("instructions"), messages, "content"
        case _:
            return body.get("system"), body["messages"], "content"


def _turn(role: str, content: Any) -> Turn:
    parts = list(_texts(content))
    return Turn(
        role, tuple(text for text, _ in parts), frozenset(place for place, (_, mark) in enumerate(parts) if mark)
    )


def _texts(content: Any) -> Iterator[tuple[str, bool]]:
    if isinstance(content, str):
        yield content, False
        return
    for part in content or ():
        if isinstance(part.get("text"), str):
            yield part["text"], "cache_control" in part


def _at(body: Any, *path: str) -> Any:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body
