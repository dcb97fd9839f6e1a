"""The one rule for text: what may be stored, sent to a model, and printed. Every door to the product applies it.

Not acceptable are the characters that act on a terminal or a reader instead of being read:

- control characters (Unicode category Cc) other than tab, line feed and carriage return
- bidirectional embeddings, overrides and isolates, which reorder the text around them (Trojan Source, CVE-2021-42574);
  the marks that right-to-left scripts need (U+200E, U+200F, U+061C) are acceptable
- lone surrogates, which UTF-8 cannot encode

Callers' text with such a character is rejected. A model's answer is cleaned: a repair request would cost money.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final, Literal, NamedTuple

from pydantic_core import PydanticCustomError

_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_BIDIRECTIONAL: Final = "\u202a-\u202e\u2066-\u2069"
_UNACCEPTABLE: Final = re.compile(f"[{_CONTROLS}{_BIDIRECTIONAL}\ud800-\udfff]")
_LINE_BREAK: Final = re.compile("[\t\n-\r\x1c-\x1e\x85\u2028\u2029]+")
# Parts of at most 900 characters that end before an ASCII character, which begins a new cluster, if there is one.
_NORMALIZED_PARTS: Final = re.compile(r"[\s\S]{1,900}(?=[ -~]|\Z)|[\s\S]{1,900}")
_MAX_FOUND: Final = 21
# Characters of other categories than Z and C that show nothing: Unicode's Default_Ignorable_Code_Point, and the blank
# of Braille.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class TextFault(NamedTuple):
    """A string with an unacceptable character: its path in the document, a stable code, and a sentence."""

    path: tuple[int | str, ...]
    code: str
    detail: str


def acceptable_text(text: str) -> str:
    """Validator for text written by people. It returns the text unchanged.

    Rejects unacceptable characters, and text without a visible character.
    """
    fault = _fault_in(text)
    if fault is not None:
        raise PydanticCustomError(fault[0], fault[1].removesuffix("."))
    if not any(map(_is_visible, text)):
        raise PydanticCustomError("blank", "Must not be blank")
    return text


def same_words(text: str) -> str:
    """Returns a key that is equal for texts that differ in case, spaces, normal form or invisible characters alone."""
    folded = normalized("NFKC", normalized("NFKC", text).casefold())
    shown = (character for character in folded if character.isspace() or _is_visible(character))
    return " ".join("".join(shown).split())


def acceptable_line(text: str) -> str:
    """Validator for text of one line, such as a name. It returns the text unchanged.

    Rejects what `acceptable_text` rejects, tabs and line breaks.
    """
    if _LINE_BREAK.search(acceptable_text(text)):
        raise PydanticCustomError("line_break", "Must be one line, without tabs")
    return text


def on_one_line(value: object) -> object:
    """Returns a string with its tabs and line breaks as single spaces, and any other value unchanged."""
    return _LINE_BREAK.sub(" ", value) if isinstance(value, str) else value


def text_faults(content: Any) -> list[TextFault]:  # noqa: ANN401 - any JSON
    """Returns the unacceptable strings of a JSON value in document order, the first 21 at most.

    A field name with an unacceptable character has the path of its object, because the name cannot be repeated.
    """
    found: list[TextFault] = []
    stack: list[tuple[tuple[int | str, ...], Any]] = [((), content)]
    while stack and len(found) < _MAX_FOUND:
        path, node = stack.pop()
        if isinstance(node, str):
            found += [TextFault(path, *fault)] if (fault := _fault_in(node)) else []
        elif isinstance(node, dict):
            found += [TextFault(path, *fault) for name in node if (fault := _fault_in(name))]
            stack += [((*path, name), child) for name, child in reversed(node.items()) if _may_hold_text(child)]
        elif isinstance(node, list):
            children = list(enumerate(node))
            stack += [((*path, place), child) for place, child in reversed(children) if _may_hold_text(child)]
    return found[:_MAX_FOUND]


def cleaned(text: str) -> str:
    """Returns the text without its unacceptable characters."""
    return _UNACCEPTABLE.sub("", text)


def cleaned_values(content: Any) -> Any:  # noqa: ANN401 - any JSON
    """Returns a JSON value without unacceptable characters in its strings and field names."""
    if isinstance(content, str):
        return cleaned(content)
    if isinstance(content, list):
        return [cleaned_values(child) for child in content]
    if isinstance(content, dict):
        return {cleaned(name): cleaned_values(child) for name, child in content.items()}
    return content


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Returns the text in a normalization form, in linear time.

    Python sorts a run of combining marks in quadratic time, so runs are cut. UAX #15, section 13, cuts them at 30.
    """
    return "".join(unicodedata.normalize(form, part) for part in _NORMALIZED_PARTS.findall(text))


def visible(text: str) -> str:
    """Returns the text with U+FFFD for each unacceptable character, for a terminal."""
    return _UNACCEPTABLE.sub("\ufffd", text)


def escaped(text: str) -> str:
    r"""Returns JSON text with unacceptable characters as `\uXXXX`."""
    return _UNACCEPTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" and not _BLANK.fullmatch(character)


def _may_hold_text(node: object) -> bool:
    return isinstance(node, str | dict | list)


def _fault_in(text: str) -> tuple[str, str] | None:
    """The code and sentence of the text's first unacceptable character; positions count from 0."""
    found = _UNACCEPTABLE.search(text)
    if found is None:
        return None
    character, position = found[0], found.start()
    category = unicodedata.category(character)
    if category == "Cs":
        return "invalid_unicode", "Contains a lone surrogate, which UTF-8 cannot encode."
    code, kind = ("control_character", "") if category == "Cc" else ("bidirectional_control", "bidirectional ")
    return code, f"Must not contain the {kind}control character U+{ord(character):04X} (position {position})."
