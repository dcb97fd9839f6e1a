"""The estimates of a chat reply and of a parsed brief."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.planned import PlannedCall, estimate_of, instruction_tokens, material_tokens, request_tokens
from fourfold.persona import Persona
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.new_run import new_run
from fourfold.voice.system_prompt import system_prompt

# Tokens of an exchange in the history: a question and a reply of usual length.
_EXCHANGE_TOKENS: Final = 120


def estimate_reply(persona: Persona, message: str, config: EngineConfig) -> Estimate:
    """Returns what a reply may cost: as long as the settings let it be, twice where a drifted one is regenerated.

    Raises:
        NotWrittenError: the persona has no layers yet.
    """
    chat = config.chat
    read = instruction_tokens(system_prompt(persona, config.safety)) + material_tokens(message)
    history = chat.window * _EXCHANGE_TOKENS
    most = 2 if config.pipeline.drift_detection.action_on_alert == "auto_recover" else 1
    return estimate_of([PlannedCall("chat", chat, read + history, chat.max_tokens, most=most)])


def estimate_parse(intent: str, config: EngineConfig) -> Estimate:
    """Returns what parsing a brief may cost, a repair included."""
    state = new_run(intent, "ws_estimate", RunSettings(config), datetime.now(UTC)).state
    step = config.pipeline.intent_parse
    asked = request_tokens(INTENT_PARSE.request(state))
    return estimate_of([PlannedCall("intent_parse", step, asked, _PARSED_TOKENS, most=2)])


_PARSED_TOKENS: Final = 147
