"""The rule for text that a caller may send."""

from __future__ import annotations

import unicodedata

from pydantic_core import PydanticCustomError

_ALLOWED_CONTROLS = frozenset("\n\t\r")


def acceptable_text(text: str) -> str:
    """Validator for text written by people. It returns the text unchanged.

    Rejects control characters other than tab, line feed and carriage return, and text without a visible character.
    """
    for position, character in enumerate(text):
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROLS:
            raise PydanticCustomError(
                "control_character",
                "Must not contain the control character U+{code} (position {position})",
                {"code": f"{ord(character):04X}", "position": position},
            )
    if all(unicodedata.category(character)[0] in "ZC" for character in text):
        raise PydanticCustomError("blank", "Must not be blank")
    return text
