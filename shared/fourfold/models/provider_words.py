"""What a provider says of a failed call, made fit to be shown: no prompt, no key, printable, short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

MAX_WORDS: Final = 240
_READ: Final = 2_000
_CUT: Final = "…"
_WEB_PAGE: Final = re.compile(r"<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]{0,100}>([^<]{1,200})</title>", re.IGNORECASE)
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[@-~]|[@-_])|\\(?:[nrt\"'/\\]|u[0-9a-fA-F]{4})")
_SECRETS: Final = re.compile(
    r"(?:sk|pk|rk|gsk|xai|hf|key|AIza)[-_][\w-]{6,}|AIza[\w-]{10,}|AKIA\w{8,}|(?<=Bearer )\S+|[A-Za-z0-9+_-]{32,}={0,2}"
)
_ADDRESS_PARTS: Final = re.compile(r"(?<=://)[^/\s@]{1,200}@|\?[^\s\"'<>]{1,500}")
# A run of so many characters of the prompt in a message is a quotation of it.
_QUOTED: Final = 12


def message_in(body: object) -> str:  # noqa: PLR0911 - a return for each form
    """The message of an error's JSON body, in whichever of the usual places it is; empty if it is in none.

    OpenAI, Anthropic and Google: `{"error": {"message": ...}}`; Ollama: `{"error": "..."}`; FastAPI servers such as
    vLLM: `{"detail": ...}`, a text or a list of `{"loc": [...], "msg": ...}`.
    """
    match body:
        case str():
            return body
        case {"error": error} if error:
            return message_in(error)
        case {"message": message} if message:
            return message_in(message)
        case {"detail": detail} if detail:
            return message_in(detail)
        case {"loc": list() as location, "msg": str() as message}:
            return f"{'.'.join(map(str, location))}: {message}"
        case {"msg": message}:
            return message_in(message)
        case list():
            return "; ".join(filter(None, map(message_in, body[:5])))
        case _:
            return ""


def shown(words: str, material: Iterable[str], secrets: Iterable[str]) -> str:
    """`words` on one line of at most MAX_WORDS printable characters, without quotations of `material` and `secrets`.

    Web pages come down to their title, addresses to what comes before a query, without a user's name and password.
    """
    words = words[:_READ]
    if _WEB_PAGE.match(words.lstrip()):
        title = _TITLE.search(words)
        words = f"a web page{f', {title[1].strip()}' if title else ''}"
    words = _on_one_line(words)
    for secret in secrets:
        if secret:
            words = words.replace(secret, _CUT)
    words = _ADDRESS_PARTS.sub("", _SECRETS.sub(_CUT, words))
    words = _without_quotations(words, map(_on_one_line, material))
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + _CUT


def keys_in(environment: Mapping[str, str]) -> list[str]:
    """The values of variables that hold keys, longest first."""
    names = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_CREDENTIALS")
    found = {value.strip() for name, value in environment.items() if name.upper().endswith(names)}
    return sorted((value for value in found if len(value) > len(_CUT) + 4), key=len, reverse=True)


def _on_one_line(text: str) -> str:
    plain = _ESCAPES.sub(_unescaped, text)
    return " ".join("".join(mark if mark.isprintable() else " " for mark in plain).split())


def _unescaped(found: re.Match[str]) -> str:
    escape = found[0]
    if escape.startswith("\\u"):
        return chr(int(escape.removeprefix("\\u"), 16))
    return escape[1] if escape[:1] == "\\" and escape[1] in "\"'/\\" else " "


def _without_quotations(words: str, material: Iterable[str]) -> str:
    pieces = {text[start : start + _QUOTED] for text in material for start in range(len(text) - _QUOTED + 1)}
    quoted = [False] * len(words)
    for start in range(len(words) - _QUOTED + 1):
        if words[start : start + _QUOTED] in pieces:
            quoted[start : start + _QUOTED] = [True] * _QUOTED
    kept = "".join("\0" if hidden else mark for mark, hidden in zip(words, quoted, strict=True))
    return re.sub(r"\0+", _CUT, kept)
