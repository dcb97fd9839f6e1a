"""What a compatible server's errors mean, and what to do about each."""

from __future__ import annotations

from dataclasses import replace

from fourfold.llm.port import ModelFailure
from fourfold.models.compatible_server import ServerFacts
from fourfold.models.credentials import COMPATIBLE_KEY, COMPATIBLE_MODEL, COMPATIBLE_URL
from fourfold.models.provider import Fault

_LOADING_S = 5.0
_MISSING = ("not found", "does not exist", "no such", "unknown model", "not loaded")
_NO_PATH = frozenset({404, 405})


def names_no_model(status: int | None, words: str, model: str) -> bool:
    """Whether a server complains that it has no such model."""
    words = words.casefold()
    missing = any(phrase in words for phrase in _MISSING)
    return status in {400, 404, 422} and missing and ("model" in words or model.casefold() in words)


def told_context(body: object) -> int | None:
    """The context's size where it is a field of the error, as llama.cpp sends it."""
    error = body.get("error", body) if isinstance(body, dict) else None
    size = error.get("n_ctx") if isinstance(error, dict) else None
    return size if isinstance(size, int) and size > 0 else None


def advised(fault: Fault, model: str, facts: ServerFacts) -> Fault:
    """The fault with what to do about it, where this server's words or kind say so."""
    words = fault.words.casefold()
    if fault.failure is ModelFailure.UNREACHABLE:
        return replace(fault, advice=f"Start the server, or correct {COMPATIBLE_URL}.")
    if fault.failure is ModelFailure.AUTHENTICATION:
        return replace(fault, advice=f"Set {COMPATIBLE_KEY} to a key of this server.")
    if fault.failure is ModelFailure.OVERLOADED and "loading" in words:
        pause = fault.retry_after_s or _LOADING_S
        return replace(fault, retry_after_s=pause, advice="The server is loading its model: try again when it has.")
    if names_no_model(fault.status, fault.words, model):
        return replace(fault, failure=ModelFailure.BAD_REQUEST, advice=_other_models(words, model, facts))
    if fault.status in _NO_PATH:
        return replace(fault, advice=f"Check {COMPATIBLE_URL}: such addresses usually end in /v1.")
    return fault


def _other_models(words: str, model: str, facts: ServerFacts) -> str:
    if facts.kind == "ollama" or "pull" in words:
        return f"Run: ollama pull {model}"
    known = ", ".join(facts.models[:5])
    return f"Set {COMPATIBLE_MODEL} to a model of the server{f': {known}' if known else ''}."
