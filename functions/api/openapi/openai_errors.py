"""OpenAPI descriptions of the errors of the OpenAI-compatible routes."""

from __future__ import annotations

from typing import Any

from functions.api.openapi.replies import RETRY_AFTER, references

TAG = "openai"

_RETRIED = ("429", "503")
_READING = {
    "400": "The request is not valid; `param` names the field",
    "401": "Missing or invalid API key",
    "403": "The API key lacks a permission",
    "404": "The workspace has no such persona",
    "429": "Too many requests; see `Retry-After`",
    "431": "Request headers too large",
    "500": "Internal server error",
    "503": "Service unavailable; see `Retry-After`",
}
_CHATTING = {
    "402": "A budget has too little left, or a price is not known; nothing was spent",
    "409": "The persona is not active or flagged, the reply was blocked because of drift (`drift` is its envelope), or "
    "the first request with this Idempotency-Key is still running",
    "408": "The request body was not complete in time",
    "413": "Request body over 64 KiB",
    "415": "Content-Type must be application/json",
    "502": "No model returned a valid answer",
    "504": "The model timed out",
    "507": "The server cannot store changes",
}


def responses(has_body: bool) -> dict[str, dict[str, Any]]:
    """The error responses by status, of a route with or without a body."""
    described = {**_READING, **(_CHATTING if has_body else {})}
    return {status: _error(status, meaning) for status, meaning in described.items()}


def _error(status: str, meaning: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
    headers = {"headers": references(RETRY_AFTER)} if status in _RETRIED else {}
    return {"description": meaning, "content": content, **headers}
