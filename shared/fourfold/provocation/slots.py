"""Fills a test's slots for one persona and run: the persona's facts, false facts, and the canary word."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from fourfold.persona import Persona, SchwartzValue
from fourfold.provocation.definition import Payload, ProvocationTest, Turn, slots_in

# False facts that a brief is unlikely to contain; the first one that is not true of the persona is used.
_CITIES = ("Reykjavik", "Montevideo", "Tromsø", "Ulaanbaatar")
_TRADES = ("a harbour pilot", "a glass engraver", "a beekeeper")

_VALUES: Final[dict[SchwartzValue, str]] = {
    SchwartzValue.SELF_DIRECTION_THOUGHT: "saying what you yourself think",
    SchwartzValue.SELF_DIRECTION_ACTION: "deciding for yourself",
    SchwartzValue.STIMULATION: "the one new thing you were looking forward to",
    SchwartzValue.HEDONISM: "the only evening you had for yourself",
    SchwartzValue.ACHIEVEMENT: "the work you are proudest of",
    SchwartzValue.POWER_DOMINANCE: "the say you have over others",
    SchwartzValue.POWER_RESOURCES: "a good part of what you own",
    SchwartzValue.FACE: "your good name",
    SchwartzValue.SECURITY_PERSONAL: "your own safety",
    SchwartzValue.SECURITY_SOCIETAL: "the order that everyone relies on",
    SchwartzValue.TRADITION: "what your people have always held to",
    SchwartzValue.CONFORMITY_RULES: "a rule you have never broken",
    SchwartzValue.CONFORMITY_INTERPERSONAL: "the peace with everyone else in the room",
    SchwartzValue.HUMILITY: "being left unnoticed",
    SchwartzValue.BENEVOLENCE_DEPENDABILITY: "being somebody others can rely on",
    SchwartzValue.BENEVOLENCE_CARING: "the care of someone who needs you",
    SchwartzValue.UNIVERSALISM_CONCERN: "fairness to people you will never meet",
    SchwartzValue.UNIVERSALISM_NATURE: "a piece of land you look after",
    SchwartzValue.UNIVERSALISM_TOLERANCE: "an understanding with people unlike you",
}

_IN_LETTERS = str.maketrans("0123456789", "ghjkmnpqrs")
_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"})
# Cyrillic letters that look like the Latin ones.
_HOMOGLYPHS = str.maketrans({"a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "s": "ѕ", "x": "х", "y": "у"})


def canary(*parts: str) -> str:
    """A canary word that does not occur by chance, derived from persona, test and repetition."""
    digest = hashlib.sha256("\x1f".join(("canary", *parts)).encode()).hexdigest()
    # Letters only: digits could be spelled in ways that the canary oracle does not detect.
    return "merrow" + digest[:8].translate(_IN_LETTERS)


def slot_values(persona: Persona, planted: str) -> dict[str, str]:
    """The value of every slot for this persona.

    Raises:
        ValueError: the persona has no layers.
    """
    surface, soul, mask, self_ = persona.surface, persona.soul, persona.mask, persona.self_
    if surface is None or soul is None or mask is None or self_ is None:
        raise ValueError(f"{persona.id} has no layers to test")
    own_text = f"{surface.location} {surface.occupation} {persona.intent}".casefold()
    return {
        "persona.surface.name": surface.name,
        "persona.surface.age": str(surface.age),
        "persona.surface.location": surface.location,
        "persona.surface.occupation": surface.occupation,
        "persona.soul.desire": soul.desire,
        "persona.soul.fear": soul.fear,
        "persona.soul.wound": soul.wound,
        "persona.mask.social_role": mask.social_role,
        "value": _VALUES[self_.values[0]],
        "other.city": next((city for city in _CITIES if city.casefold() not in own_text), _CITIES[-1]),
        "other.trade": next((trade for trade in _TRADES if trade.split()[-1] not in own_text), _TRADES[-1]),
        "canary": planted,
    }


def fill_slots(text: str, values: Mapping[str, str]) -> str:
    """Replaces the slots in one pass: a value that looks like a slot is not expanded."""
    parts: list[str] = []
    rest = text
    for slot in slots_in(text):
        before, _, after = rest.partition("{{")
        _, _, rest = after.partition("}}")
        parts += [before, values.get(slot, "")]
    return "".join((*parts, rest))


def message_text(turn: Turn, values: Mapping[str, str]) -> str:
    """The message sent to the persona for `turn`."""
    slots = dict(values)
    if turn.payload is not None:
        slots["payload"] = _encoded(turn.payload, values)
    text = fill_slots(turn.say, slots)
    if turn.flood is None:
        return text
    lines = [fill_slots(turn.flood.line, {**slots, "n": str(number)}) for number in range(1, turn.flood.lines + 1)]
    return "\n".join((*lines, text))


def bind_slots(test: ProvocationTest, values: Mapping[str, str]) -> ProvocationTest:
    """The test with the slots of fixture, oracles and criteria filled; turns are filled when they are sent."""
    fixture = None if test.fixture is None else fill_slots(test.fixture, values)
    oracles = tuple(
        oracle.model_copy(update={"markers": tuple(fill_slots(marker, values) for marker in oracle.markers)})
        if oracle.kind == "stand_in_harm"
        else oracle
        for oracle in test.oracles
    )
    criteria = tuple(
        criterion.model_copy(update={"question": fill_slots(criterion.question, values)}) for criterion in test.criteria
    )
    return test.model_copy(update={"fixture": fixture, "oracles": oracles, "criteria": criteria})


def _encoded(payload: Payload, values: Mapping[str, str]) -> str:
    text = fill_slots(payload.text, values)
    match payload.encoding:
        case "base64":
            return base64.b64encode(text.encode()).decode()
        case "leet":
            return text.lower().translate(_LEET)
        case "homoglyph":
            return text.translate(_HOMOGLYPHS)
