"""How a drifted reply is rewritten in voice: the addition to the prompt, the temperature, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fourfold.config.engine import ChatConfig
from fourfold.drift import Envelope
from fourfold.events.voice import RecoveredFeature, Recovery
from fourfold.llm.model_names import greatest_temperature
from fourfold.persona import Mask
from fourfold.voice.features import observed

_OPENING = "Your last answer lost your voice."
# Nearer to the likeliest wording, which the anchor determines, than a chat is.
_TEMPERATURE: Final = 0.2


def with_anchor(system: str, mask: Mask, wrong: Sequence[str]) -> str:
    """The system prompt with example lines and the faults of the drifted reply appended.

    `wrong` are the `words` of the drift envelope's `top_features`.
    """
    examples = "\n".join(f"- {phrase}" for phrase in mask.signature_phrases)
    faults = "\n".join(f"- {finding}" for finding in wrong) or "- it could have been anybody's"
    return (
        f"{system}\n\n{_OPENING} Answer the same message again, wholly in it.\nWhat was wrong:\n{faults}\n"
        f"You sound like this:\n{examples}\nRhythm: {mask.rhythm}\nTone: {mask.tone}"
    )


def calmer(config: ChatConfig) -> ChatConfig:
    """The settings of the second call: a temperature of at most _TEMPERATURE, unless the model takes none."""
    if greatest_temperature(config.model) == 0:
        return config
    temperature = _TEMPERATURE if config.temperature is None else min(config.temperature, _TEMPERATURE)
    return config.model_copy(update={"temperature": temperature})


def recovery_of(first: Envelope, second: Envelope | None, rewritten: str, config: ChatConfig) -> Recovery:
    """What rewriting came to. The second reply ships if its score is lower.

    `second` is the envelope of the reply `rewritten`; None if none was written. `config` are the settings of its call.
    """
    before = first.score or 0.0
    after = None if second is None else second.score
    values = {} if second is None else observed(rewritten, [fault.feature for fault in first.top_features])
    features = tuple(
        RecoveredFeature(
            feature=fault.feature, usual=fault.usual, before=fault.observed, after=values.get(fault.feature)
        )
        for fault in first.top_features
    )
    return Recovery(
        before=before,
        after=after,
        shipped="second" if after is not None and after < before else "first",
        features=features,
        temperature=config.temperature,
    )
