"""A provider whose model is the project's offline composer, and which reads nothing but what stood on the wire."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fourfold.llm.port import ContextBlock, ModelRequest, Repair
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from fourfold_offline.composer import compose
from tests.providers.behaviours import Fails, Reply, Says
from tests.providers.wires import Body, Fault, Metered, Provider, Received

_OUTPUT_TYPES = {
    step.name.value: step.output_type
    for step in (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, AUDIT, SINGLE_CALL)
}
_TASK = re.compile(r"^Task: (\w+)\.", re.MULTILINE)
# Angle brackets inside a block are escaped, so none can hide in it.
_BLOCK = re.compile(r"<(\w+)>([^<>]*)</\1>")
_BYTES_PER_TOKEN = 4
_CACHE_LOOKS_BACK = 20


def composed(system_text: str, user_texts: Iterable[str], repair_answer: str = "", problems: Iterable[str] = ()) -> str:
    """The composer's answer to a prompt as it was rendered, so a piece lost on the way gives another answer.

    Raises:
        ValueError: the system text names no step's task, or a block is not JSON.
    """
    found = _TASK.search(system_text)
    if found is None or found[1] not in _OUTPUT_TYPES:
        raise ValueError("the system text holds no task of the pipeline")
    mended = tuple(problems)
    return compose(
        ModelRequest(
            system=system_text[: found.start()].rstrip(),
            context=tuple(
                ContextBlock(name, json.loads(data)) for text in user_texts for name, data in _BLOCK.findall(text)
            ),
            task=system_text[found.start() :],
            output_type=_OUTPUT_TYPES[found[1]],
            max_tokens=100_000,
            timeout_s=60.0,
            repair=Repair(repair_answer, mended) if mended or repair_answer else None,
        )
    ).text


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation and its text parts. `role` is user, assistant or system."""

    role: str
    texts: tuple[str, ...]


def conversation(call: Received) -> tuple[Turn, ...]:
    """What the model was told, in order, whatever the API calls it."""
    body = call.body
    match call.provider:
        case Provider.GOOGLE:
            system, messages, content = body.get("systemInstruction", {}).get("parts"), body["contents"], "parts"
        case Provider.OPENAI:
            asked = body["input"]
            messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
            system, content = body.get("instructions"), "content"
        case _:
            system, messages, content = body.get("system"), body["messages"], "content"
    roles = {"model": "assistant", "developer": "system"}
    turns = (Turn(roles.get(item["role"], item["role"]), _texts(item[content])) for item in messages)
    return Turn("system", _texts(system)), *turns


def _problems(texts: Iterable[str]) -> list[str]:
    blocks = (json.loads(data) for text in texts for name, data in _BLOCK.findall(text) if name == "problems")
    return next(blocks, [])


def _texts(content: Any) -> tuple[str, ...]:
    if isinstance(content, str):
        return (content,)
    return tuple(part["text"] for part in content or () if isinstance(part.get("text"), str))


class Composer:
    """A behaviour: answers every step of the pipeline, on every provider's wire.

    Problems to mend are the list in the last user message's `<problems>` block.

    Its usage is bytes/4. For Anthropic it models the prompt cache, and a model it is: text up to the last block
    marked with `cache_control` is written, or read as far as this server has written it before (looking back 20
    blocks). A cache entry belongs to one model, tools and output schema, which is what people measured of the real
    one; a prefix of fewer than `cache_minimum` tokens is not cached (real models: 1024 to 4096).
    A prompt it cannot read, and for Converse two messages of one role in a row, is a bad request.
    """

    def __init__(self, cache_minimum: int = 0) -> None:
        self._minimum = cache_minimum
        self._written: set[str] = set()
        self._lock = threading.Lock()

    def reply(self, call: Received) -> Reply:
        turns = conversation(call)
        user = [turn.texts for turn in turns if turn.role == "user"]
        try:
            if call.provider is Provider.BEDROCK and any(one.role == other.role for one, other in pairwise(turns)):
                raise ValueError("A conversation must alternate between user and assistant roles.")  # noqa: TRY301
            text = composed(
                "\n\n".join(text for turn in turns if turn.role == "system" for text in turn.texts),
                [text for texts in user for text in texts],
                "".join(text for turn in turns if turn.role == "assistant" for text in turn.texts),
                _problems(user[-1]) if user else (),
            )
        except ValueError as unreadable:
            kinds = {Provider.GOOGLE: "INVALID_ARGUMENT", Provider.BEDROCK: "ValidationException"}
            fault = Fault(400, kinds.get(call.provider, "invalid_request_error"), str(unreadable))
            return Fails(dict.fromkeys(Provider, fault)).reply(call)
        prompt = max(1, sum(_size(part) for turn in turns for part in turn.texts) // _BYTES_PER_TOKEN)
        read, written = self._cached(call.body) if call.provider is Provider.ANTHROPIC else (0, 0)
        metered = Metered(prompt - read - written, read, written, max(1, _size(text) // _BYTES_PER_TOKEN), 0)
        return Says(text, metered=metered).reply(call)

    def _cached(self, body: Body) -> tuple[int, int]:
        """Tokens of the prompt read from the cache, and tokens written to it."""
        key = json.dumps([body["model"], body.get("tools"), body.get("output_config", {}).get("format")])
        size, prefixes = 0, list[tuple[str, int, bool]]()
        for role, block in _blocks(body):
            key += json.dumps([role, block.get("text")])
            size += _size(block.get("text", ""))
            prefixes.append((key, size // _BYTES_PER_TOKEN, "cache_control" in block))
        if "cache_control" in body and prefixes:
            prefixes[-1] = (*prefixes[-1][:2], True)
        marked = [place for place, (_, tokens, mark) in enumerate(prefixes) if mark and tokens >= self._minimum]
        if not marked:
            return 0, 0
        near = [prefixes[place] for last in marked for place in range(max(0, last - _CACHE_LOOKS_BACK), last + 1)]
        with self._lock:
            read = max((tokens for known, tokens, _ in near if known in self._written), default=0)
            self._written.update(prefixes[place][0] for place in marked)
        return read, prefixes[marked[-1]][1] - read


def _blocks(body: Body) -> Iterable[tuple[str, Body]]:
    for role, content in (("system", body.get("system", ())), *((m["role"], m["content"]) for m in body["messages"])):
        for block in [{"text": content}] if isinstance(content, str) else content:
            yield role, block


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
