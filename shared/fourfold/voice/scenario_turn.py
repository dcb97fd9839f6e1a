"""What a persona is asked in a scenario: its system prompt with a rule on length, and the scenario's message."""

from __future__ import annotations

from typing import Final

from fourfold.config.engine import SafetyConfig
from fourfold.llm.port import ChatMessage
from fourfold.persona import Persona
from fourfold.voice.chat_turn import ChatTurn
from fourfold.voice.scenarios import Scenario
from fourfold.voice.system_prompt import system_prompt

_LENGTH_RULE: Final = (
    "Answer as you would speak: two or three short sentences, forty words at most, and nothing beside them."
)


def scenario_system(persona: Persona, safety: SafetyConfig) -> str:
    """Returns the system text of a persona that answers scenarios.

    Raises:
        NotWrittenError: a layer is missing.
    """
    return f"{system_prompt(persona, safety)}\n\n{_LENGTH_RULE}"


def scenario_turn(persona: Persona, safety: SafetyConfig, scenario: Scenario) -> ChatTurn:
    """Returns the chat turn in which a persona answers a scenario."""
    message = ChatMessage("user", scenario.text(persona.language))
    return ChatTurn(scenario_system(persona, safety), (message,))
