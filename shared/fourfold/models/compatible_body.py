"""The body of a chat completion request, in the dialect a server is known to take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fourfold.llm.port import ChatRequest, ModelRequest
from fourfold.models.compatible_dialect import Dialect, Structure
from fourfold.models.prompt import input_bytes, system_text, turns
from fourfold.models.schema import enforced_schema, portable_schema, written_schema
from fourfold.models.temperature import TEMPERATURE_NOT_SENT


def request_body(model: str, request: ModelRequest | ChatRequest, dialect: Dialect, max_tokens: int) -> dict[str, Any]:
    """The parameters of one request with `max_tokens` for the answer."""
    messages = _messages(request)
    body: dict[str, Any] = {
        "model": model,
        "messages": messages if dialect.system_role else _merged(messages),
        dialect.limit: max_tokens,
    }
    if isinstance(request, ModelRequest) and (form := _response_format(request, dialect.structure)):
        body["response_format"] = form
    if request.temperature is not None and dialect.temperature:
        body["temperature"] = request.temperature
    if request.effort is not None and dialect.effort:
        body["reasoning_effort"] = request.effort
    if dialect.stream:
        body["stream"] = True
        if dialect.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def prompt_size(request: ModelRequest | ChatRequest) -> int:
    """Bytes of the prompt with the schema in it."""
    schema = len(written_schema(request.output_type)) if isinstance(request, ModelRequest) else 0
    return input_bytes(request) + schema


def notes_of(request: ModelRequest | ChatRequest, body: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the request was not sent as asked."""
    return (TEMPERATURE_NOT_SENT,) if request.temperature is not None and "temperature" not in body else ()


def _messages(request: ModelRequest | ChatRequest) -> list[dict[str, str]]:
    """One text for a message: several of these servers refuse messages in parts.

    The schema follows the instructions, whatever enforces it: a grammar alone leaves the model to guess the fields.
    """
    if isinstance(request, ChatRequest):
        said = [{"role": message.role, "content": message.text} for message in request.messages]
        return [{"role": "system", "content": request.system}, *said]
    schema = f"The JSON object must fit this JSON Schema:\n{written_schema(request.output_type)}"
    asked = [{"role": turn.role, "content": "\n".join(turn.parts)} for turn in turns(request)]
    return [{"role": "system", "content": f"{system_text(request)}\n\n{schema}"}, *asked]


def _merged(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """The system text at the head of the first user message, for chat templates without a system role."""
    system, first, *others = messages
    return [{"role": "user", "content": f"{system['content']}\n\n{first['content']}"}, *others]


def _response_format(request: ModelRequest, structure: Structure) -> dict[str, Any] | None:
    match structure:
        case Structure.TEXT:
            return None
        case Structure.JSON_OBJECT:
            return {"type": "json_object"}
        case _:
            portable = structure is Structure.PORTABLE_SCHEMA
            schema = portable_schema(request.output_type) if portable else enforced_schema(request.output_type)
            form: dict[str, Any] = {"name": request.output_type.__name__, "schema": schema}
            if structure is Structure.STRICT:
                form["strict"] = True
            return {"type": "json_schema", "json_schema": form}
