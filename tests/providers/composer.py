"""A provider whose model is the project's offline composer, and which reads nothing but what stood on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise

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
from tests.providers.chain_reading import links_in
from tests.providers.conversations import conversation
from tests.providers.meter import Meter
from tests.providers.wires import Fault, Provider, Received

_OUTPUT_TYPES = {
    step.name.value: step.output_type
    for step in (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, AUDIT, SINGLE_CALL)
}
_TASK = re.compile(r"^Task: (\w+)\.", re.MULTILINE)
# Angle brackets inside a block are escaped, so none can hide in it.
_BLOCK = re.compile(r"<(\w+)>([^<>]*)</\1>")


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
            context=_context(user_texts),
            task=system_text[found.start() :],
            output_type=_OUTPUT_TYPES[found[1]],
            max_tokens=100_000,
            timeout_s=60.0,
            repair=Repair(repair_answer, mended) if mended or repair_answer else None,
        )
    ).text


def _context(texts: Iterable[str]) -> tuple[ContextBlock, ...]:
    found = [(name, data) for text in texts for name, data in _BLOCK.findall(text)]
    brief = next((json.loads(data) for name, data in found if name == "brief"), "")
    return tuple(
        ContextBlock(name, links_in(data, brief) if name == "constraints" else json.loads(data)) for name, data in found
    )


def problems_in(texts: Iterable[str]) -> list[str]:
    """The list in the first `<problems>` block; empty without one."""
    blocks = (json.loads(data) for text in texts for name, data in _BLOCK.findall(text) if name == "problems")
    return next(blocks, [])


class Composer:
    """A behaviour: answers every step of the pipeline, on every provider's wire.

    Problems to mend are the list in the last user message's `<problems>` block.

    Its usage is the `meter`'s. A prompt it cannot read, and for Converse two messages of one role in a row, is a bad
    request.
    """

    def __init__(self, meter: Meter | None = None) -> None:
        self.meter = meter or Meter()

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
                problems_in(user[-1]) if user else (),
            )
        except ValueError as unreadable:
            kinds = {Provider.GOOGLE: "INVALID_ARGUMENT", Provider.BEDROCK: "ValidationException"}
            fault = Fault(400, kinds.get(call.provider, "invalid_request_error"), str(unreadable))
            return Fails(dict.fromkeys(Provider, fault)).reply(call)
        metered = self.meter.metered(call, text)
        return Says(text, metered=metered).reply(call)
