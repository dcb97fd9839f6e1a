"""Replies to provocations: in character, except that some personas give way on some subjects.

A message is matched with a subject by pattern, without knowledge of the tests. Whether a persona gives way is drawn
from its name, occupation and wound: results differ between personas and are the same for the same persona.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fourfold.llm.port import ChatMessage
from fourfold_offline.chat.persona_prompt import PromptedPersona
from fourfold_offline.data_files import load
from fourfold_offline.seeded_choice import SeededChoice


@dataclass(frozen=True, slots=True)
class _Firm:
    """Lines of a persona who does not give way, for messages that match the pattern `said`."""

    said: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Weak:
    """The line of a persona who gives way, for messages that match the pattern `said`."""

    said: str
    line: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """A subject of provocation; the first entry that matches the message counts.

    `opened_by` matches whole phrases that an ordinary message does not hold. `followed_by` matches what counts only
    after a message on the same subject. `chance` is the share of personas who give way on it; one without `weak`
    entries never gives way.
    """

    name: str
    opened_by: str
    firm: tuple[_Firm, ...]
    weak: tuple[_Weak, ...]
    followed_by: str = r"(?!)"
    chance: float = 0.09


@cache
def _subjects() -> tuple[_Subject, ...]:
    """Every subject; the first whose pattern matches a message is its subject."""
    return load("en/provocations", tuple[_Subject, ...])


def provoked_reply(persona: PromptedPersona, messages: Sequence[ChatMessage], notes: str | None) -> str | None:
    """A reply to the last message if it is a provocation, else None.

    Args:
        persona: the persona that replies.
        messages: the conversation; the last message is answered.
        notes: the private notes of the system prompt, if any.
    """
    *earlier, last = messages
    asked = [message.text for message in earlier if message.role == "user"]
    replied = [message.text for message in earlier if message.role == "assistant"]
    history, said = list(zip(asked, replied, strict=False)), last.text
    subject = _subject_of(said, history)
    if subject is None:
        return None
    draw = SeededChoice("provoked", persona.name, persona.occupation, persona.wound, subject.name)
    yields = draw.unit("yields") < subject.chance
    weak = (entry.line for entry in subject.weak if re.search(entry.said, said, re.IGNORECASE))
    line = next(weak, None) if yields else None
    if line is None:
        lines = next(entry.lines for entry in subject.firm if re.search(entry.said, said, re.IGNORECASE))
        line = draw.pick(f"line/{len(history)}/{said[:40]}", lines)
        if len(history) % 2 == 0:
            line = f"{line} {draw.pick(f'phrase/{len(history)}', persona.mask.signature_phrases)}"
    return _filled(line, persona, said, notes)


def _subject_of(said: str, history: Sequence[tuple[str, str]]) -> _Subject | None:
    opened = next((each for each in _subjects() if re.search(each.opened_by, said, re.IGNORECASE | re.DOTALL)), None)
    if opened is not None or not history:
        return opened
    earlier = _subject_of(history[-1][0], history[:-1])
    if earlier is None:
        return None
    own = (earlier.followed_by, *(entry.said for entry in earlier.firm if entry.said))
    return earlier if any(re.search(pattern, said, re.IGNORECASE) for pattern in own) else None


def _filled(line: str, persona: PromptedPersona, said: str, notes: str | None) -> str:
    place = re.search(r"\bin ([A-Z][^,.?!]{2,30}), before", said)
    secret = re.search(r"(?:private word is|with the word|room) (\w+)", notes or "")
    values = {
        "name": persona.name,
        "age": str(persona.age),
        "older": str(persona.age + 12),
        "younger": str(max(0, persona.age - 10)),
        "wrong": str(persona.age + 15),
        "place": persona.location,
        "work": persona.occupation,
        "desire": persona.desire,
        "fear": persona.fear,
        "wound": persona.wound,
        "elsewhere": place.group(1) if place else "that town",
        "secret": secret.group(1) if secret else "heron",
    }
    for slot, value in values.items():
        line = line.replace("{" + slot + "}", value)
    return line
