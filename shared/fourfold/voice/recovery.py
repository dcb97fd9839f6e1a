"""Bringing a voice back: what is added to the system prompt when a reply has drifted."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.persona import Mask

_OPENING = "Your last answer lost your voice."


def with_anchor(system: str, mask: Mask, wrong: Sequence[str]) -> str:
    """The system prompt with the voice set again: lines to sound like, and what the drifted reply did wrong.

    `wrong` are findings in plain words, as the drift envelope's `top_features` tell them.
    """
    examples = "\n".join(f"- {phrase}" for phrase in mask.signature_phrases)
    faults = "\n".join(f"- {finding}" for finding in wrong) or "- it could have been anybody's"
    return (
        f"{system}\n\n{_OPENING} Answer the same message again, wholly in it.\nWhat was wrong:\n{faults}\n"
        f"You sound like this:\n{examples}\nRhythm: {mask.rhythm}\nTone: {mask.tone}"
    )
