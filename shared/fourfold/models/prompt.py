"""The texts of a request, the same for every provider: a system text, and turns of user and assistant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fourfold.llm.port import ChatRequest, ContextBlock, ModelRequest

_CLOSING = "Now do the task for the material above. Answer with the JSON object alone."
_REPAIR = "Your answer did not hold. Give the whole JSON object again, with only what <problems> names mended."
_MOST_PROBLEMS, _LONGEST_PROBLEM = 12, 500


@dataclass(frozen=True, slots=True)
class Turn:
    """One message; `parts` are its text blocks in order."""

    role: Literal["user", "assistant"]
    parts: tuple[str, ...]


def system_text(request: ModelRequest) -> str:
    """The instructions; the same for every call of a step, so that prompt caches can keep them."""
    return f"{request.system}\n\n{request.task}"


def turns(request: ModelRequest) -> tuple[Turn, ...]:
    """The material, a part for each block; in a repair, also the answer that was wrong and what to mend."""
    material = Turn("user", (*(block.text() for block in request.context), _CLOSING))
    if request.repair is None:
        return (material,)
    # Problems quote the brief and the answer: they are data like them, and a model that rambles cannot blow them up.
    named = [problem[:_LONGEST_PROBLEM] for problem in request.repair.problems[:_MOST_PROBLEMS]]
    wish = (ContextBlock("problems", named).text(), _REPAIR)
    answer = request.repair.answer.encode("utf-8", "replace").decode()
    if not answer.strip():
        return (Turn("user", (*material.parts, *wish)),)
    return (material, Turn("assistant", (answer,)), Turn("user", wish))


def cache_key(request: ModelRequest) -> str:
    """A name for the stable part of the prompt, for providers that route by it. Holds nothing of the material."""
    stable = f"{system_text(request)}\0{request.output_type.__name__}"
    return "fourfold-" + hashlib.sha256(stable.encode()).hexdigest()[:16]


def input_bytes(request: ModelRequest | ChatRequest) -> int:
    """Bytes of the prompt in UTF-8, without the schema."""
    if isinstance(request, ChatRequest):
        return sum(_bytes(text) for text in (request.system, *(message.text for message in request.messages)))
    texts = (system_text(request), *(part for turn in turns(request) for part in turn.parts))
    return sum(map(_bytes, texts))


def material(request: ModelRequest | ChatRequest) -> tuple[str, ...]:
    """The texts of a request that are somebody's and must not be quoted in an error."""
    if isinstance(request, ChatRequest):
        return (request.system, *(message.text for message in request.messages))
    blocks = tuple(text for block in request.context for text in _strings_in(block.data))
    return blocks if request.repair is None else (*blocks, request.repair.answer)


def _strings_in(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _strings_in(item)
        case list() | tuple():
            for item in value:
                yield from _strings_in(item)


def chat_cache_key(request: ChatRequest) -> str:
    """The same for a chat: one name for all turns that begin with the same system text."""
    return "fourfold-" + hashlib.sha256(request.system.encode("utf-8", "replace")).hexdigest()[:16]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
