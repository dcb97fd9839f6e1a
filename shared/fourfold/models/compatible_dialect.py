"""What of OpenAI's protocol a compatible server takes, learnt from what it refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Literal


class Structure(IntEnum):
    """How an answer's schema is enforced, from the strongest form to none. It is in the prompt in any case."""

    STRICT = 0
    SCHEMA = 1
    PORTABLE_SCHEMA = 2
    JSON_OBJECT = 3
    TEXT = 4


Limit = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is sent to a server. `max_output` is the greatest answer it takes, in tokens, if it named one."""

    structure: Structure = Structure.STRICT
    limit: Limit = "max_tokens"
    system_role: bool = True
    temperature: bool = True
    effort: bool = True
    stream: bool = True
    stream_usage: bool = True
    max_output: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request the server refused: the status, its words, and the names of the parameters sent."""

    status: int
    words: str
    sent: frozenset[str]


# A refusal that names nothing: of what is sent, the schema is what servers lack most.
_UNSTATED: Final = frozenset({400, 415, 422, 501})
_FEW: Final = 8
_VAGUE: Final = re.compile(
    r"bad request|invalid request|unprocessable|(?:un|not )supported|not implemented"
    r"|unknown|unrecognized|unexpected|extra"
)
_ABOUT_SCHEMAS: Final = re.compile(
    r"response_format|response format|json_schema|json schema|json_object|json mode|grammar|structured|guided"
    r"|\bschema\b"
)

_ABOUT_SYSTEM: Final = re.compile(
    r"\bsystem\b.{0,60}\b(role|message|instruction|prompt)|\brole\b.{0,40}\bsystem\b|alternate|roles must"
)
_TOO_LONG_ANSWER: Final = re.compile(
    r"max_(?:completion_)?tokens.{0,80}?"
    r"(?:too large|too high|at most|less than or equal|<=|maximum|exceed)\D{0,60}(\d{2,7})"
)


def adapted(dialect: Dialect, refusal: Refusal) -> Dialect | None:  # noqa: PLR0911 - one answer for each complaint
    """The dialect to try next after a refusal; None where another form of the request cannot help."""
    if refusal.status in {401, 403, 404, 429, 503}:
        return None
    words, sent = refusal.words.casefold(), refusal.sent
    structured = "response_format" in sent
    too_long = _TOO_LONG_ANSWER.search(words)
    if too_long and dialect.max_output is None:
        return replace(dialect, max_output=_greatest(words, too_long))
    if dialect.limit in words or "max_completion_tokens" in words:
        other: Limit = "max_tokens" if dialect.limit == "max_completion_tokens" else "max_completion_tokens"
        return replace(dialect, limit=other)
    if "stream_options" in sent and "stream_options" in words:
        return replace(dialect, stream_usage=False)
    if "temperature" in sent and "temperature" in words:
        return replace(dialect, temperature=False)
    if "reasoning_effort" in sent and re.search(r"effort|reasoning|think", words):
        return replace(dialect, effort=False)
    if structured and dialect.structure is Structure.STRICT and "strict" in words:
        return replace(dialect, structure=Structure.SCHEMA)
    if structured and _ABOUT_SCHEMAS.search(words):
        return _weaker(dialect)
    if dialect.system_role and _ABOUT_SYSTEM.search(words):
        return replace(dialect, system_role=False)
    if "stream" in sent and "stream" in words:
        return replace(dialect, stream=False)
    vague = refusal.status in _UNSTATED and (len(words) <= _FEW or _VAGUE.search(words))
    return _weaker(dialect) if structured and vague else None


def _weaker(dialect: Dialect) -> Dialect | None:
    if dialect.structure is Structure.TEXT:
        return None
    return replace(dialect, structure=Structure(dialect.structure + 1))


def _greatest(words: str, found: re.Match[str]) -> int:
    """The limit in a complaint that names it beside what was asked for: the smaller number."""
    numbers = [int(number) for number in re.findall(r"\d{2,7}", words[found.start() : found.end() + 80])]
    return min(numbers)
