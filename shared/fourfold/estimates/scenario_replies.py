"""The estimates of replies to scenarios in an evaluation, whose personas do not exist yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from fourfold.config.models import ModelConfig
from fourfold.estimates.planned import PlannedCall, instruction_tokens, material_tokens
from fourfold.evaluation.models import Arm
from fourfold.evaluation.replying import reply_config
from fourfold.llm.port import ChatRequest
from fourfold.voice.scenarios import scenario_set

# A reply of two or three sentences, forty words at most.
REPLY_TOKENS: Final = 60
# The system prompt of a persona that answers scenarios: the mean of 24 shipped briefs with the offline composer
# (872 to 1,022).
_SYSTEM_TOKENS: Final = 922


def planned_replies(arm: Arm, scenarios: Sequence[str]) -> list[PlannedCall]:
    """Returns the calls in which a persona of an arm answers scenarios, by name."""
    asked, config = scenario_set(arm.config.pipeline.variant), reply_config(arm.config)
    texts = (asked.find(name).text(None) for name in scenarios)
    return [PlannedCall("reply", config, _SYSTEM_TOKENS + material_tokens(text), REPLY_TOKENS) for text in texts]


def reply_call_usd(config: ModelConfig) -> Callable[[str, ChatRequest], float | None]:
    """Returns the expected cost of a reply, by model and request; None where no price is known."""

    def expected(model: str, request: ChatRequest) -> float | None:
        said = sum(material_tokens(message.text) for message in request.messages)
        asked = config.model_copy(update={"model": model})
        call = PlannedCall("reply", asked, instruction_tokens(request.system) + said, REPLY_TOKENS)
        return call.usd(call.thinking_tokens)

    return expected
