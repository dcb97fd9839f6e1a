"""Describes server-sent events apart from the JSON responses of an operation.

A generator that sees `text/event-stream` beside JSON generates a stream and loses the JSON body. Operations that stream
only if the body asks for it therefore describe their stream in the extension `x-event-stream`, with the fields of a
response and its `status`. An operation without a body streams by default, so its stream is described first.
"""

from __future__ import annotations

from typing import Any

MEDIA_TYPE = "text/event-stream"
EXTENSION = "x-event-stream"


def set_apart(operation: dict[str, Any]) -> None:
    """Moves the stream of an operation with a body into the extension, and puts it first in other operations."""
    responses: dict[str, dict[str, Any]] = operation["responses"]
    streaming = [status for status, response in responses.items() if MEDIA_TYPE in response.get("content", {})]
    if not streaming:
        return
    response = responses[streaming[0]]
    stream = {MEDIA_TYPE: response["content"].pop(MEDIA_TYPE)}
    if "requestBody" not in operation:
        response["content"] = {**stream, **response["content"]}
        return
    operation[EXTENSION] = {"status": int(streaming[0]), "description": response["description"], "content": stream}
    if not response["content"]:
        del responses[streaming[0]]
