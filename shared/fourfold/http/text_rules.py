"""Which text a caller may send."""

from __future__ import annotations

import unicodedata

from pydantic_core import PydanticCustomError

_ALLOWED_CONTROLS = frozenset("\n\t\r")


def acceptable_text(text: str) -> str:
    """The text as it came: it is checked, never changed. A validator for what people write."""
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROLS:
            raise PydanticCustomError(
                "control_character",
                "Holds the control character U+{code} at position {place}",
                {"code": f"{ord(character):04X}", "place": place},
            )
    if all(unicodedata.category(character)[0] in "ZC" for character in text):
        raise PydanticCustomError("blank", "Must say something")
    return text
