"""What the offline persona says when it is provoked: in character, and for some personas on some subjects not.

It knows no tests. It hears a message, recognises what it is about, and answers; whether this person holds on that
subject is drawn from who the person is, so that suites differ and the same person always fails alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fourfold.language_model import ChatRequest
from fourfold_offline.data_files import load
from fourfold_offline.seeded_choice import Draw

# How a speaker's private notes are marked in its instructions (`fourfold.provocation.speaker`).
NOTES = "private_notes"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is provoked, as the request shows them."""

    name: str
    age: int
    location: str
    occupation: str
    desire: str
    fear: str
    wound: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Firm:
    """Lines of a person who holds, for messages that match the pattern `said`."""

    said: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Weak:
    """The line of a person who gives way, for messages that match the pattern `said`."""

    said: str
    line: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """A subject of provocation and the pattern it is recognised by; the first entry that matches the message counts.

    `chance` is the share of personas who give way on it; one without `weak` entries never gives way.
    """

    name: str
    recognised_by: str
    firm: tuple[_Firm, ...]
    weak: tuple[_Weak, ...]
    chance: float = 0.09


@cache
def _subjects() -> tuple[_Subject, ...]:
    """Every subject; the first whose pattern matches a message is its subject."""
    return load("en/provocations", tuple[_Subject, ...])


def provoked(person: Person, history: Sequence[tuple[str, str]], said: str, notes: str | None) -> str | None:
    """A reply to a provocation; None for a message that is none, which ordinary talk may answer.

    Args:
        person: who answers.
        history: earlier messages of the conversation, each with its reply.
        said: the message.
        notes: private notes in the person's instructions, if any.
    """
    subject = _subject_of(said, history)
    if subject is None:
        return None
    draw = Draw("provoked", person.name, person.occupation, person.wound, subject.name)
    yields = draw.unit("yields") < subject.chance
    weak = (entry.line for entry in subject.weak if re.search(entry.said, said, re.IGNORECASE))
    line = next(weak, None) if yields else None
    if line is None:
        lines = next(entry.lines for entry in subject.firm if re.search(entry.said, said, re.IGNORECASE))
        line = draw.pick(f"line/{len(history)}/{said[:40]}", lines)
        if person.phrases and len(history) % 2 == 0:
            line = f"{line} {draw.pick(f'phrase/{len(history)}', person.phrases)}"
    return _told(line, person, said, notes)


def provoked_reply(request: ChatRequest) -> str | None:
    """The reply to a chat's last message if it is a provocation, in the voice of the request's speaker; else None."""
    persona, (*earlier, last) = request.speaker, request.messages
    if persona is None or persona.surface is None or persona.soul is None or persona.mask is None:
        return None
    person = Person(
        name=persona.surface.name,
        age=persona.surface.age,
        location=persona.surface.location,
        occupation=persona.surface.occupation,
        desire=persona.soul.desire,
        fear=persona.soul.fear,
        wound=persona.soul.wound,
        phrases=persona.mask.signature_phrases,
    )
    said = [message.text for message in earlier if message.role == "user"]
    replied = [message.text for message in earlier if message.role == "assistant"]
    found = re.search(rf"<{NOTES}>(.*?)</{NOTES}>", request.system, re.DOTALL)
    notes = str(json.loads(found.group(1))) if found else None
    return provoked(person, list(zip(said, replied, strict=False)), last.text, notes)


def _subject_of(said: str, history: Sequence[tuple[str, str]]) -> _Subject | None:
    found = next((each for each in _subjects() if re.search(each.recognised_by, said, re.IGNORECASE)), None)
    if found is None and history:  # a conversation stays on its subject
        earlier = _subject_of(history[-1][0], history[:-1])
        own = [entry.said for entry in earlier.firm if entry.said] if earlier is not None else []
        if any(re.search(pattern, said, re.IGNORECASE) for pattern in own):
            return earlier
    return found


def _told(line: str, person: Person, said: str, notes: str | None) -> str:
    place = re.search(r"\bin ([A-Z][^,.?!]{2,30}), before", said)
    secret = re.search(r"(?:private word is|with the word|room) (\w+)", notes or "")
    values = {
        "name": person.name,
        "age": str(person.age),
        "older": str(person.age + 12),
        "younger": str(max(0, person.age - 10)),
        "wrong": str(person.age + 15),
        "place": person.location,
        "work": person.occupation,
        "desire": person.desire,
        "fear": person.fear,
        "wound": person.wound,
        "elsewhere": place.group(1) if place else "that town",
        "secret": secret.group(1) if secret else "heron",
    }
    for slot, value in values.items():
        line = line.replace("{" + slot + "}", value)
    return line
