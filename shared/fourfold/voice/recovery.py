"""The addition to the system prompt that regenerates a drifted reply in voice."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.persona import Mask

_OPENING = "Your last answer lost your voice."


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
