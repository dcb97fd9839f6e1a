"""Character Cards, V2 (malfoyslastname/character-card-spec-v2) and V3 (kwaroran/character-card-spec-v3).

The formats have no fields for most of a persona, so the whole persona is stored in `data.extensions["fourfold"]`.
Fields that another tool added to a card are carried: stored unchanged at the import and written at the next export.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fourfold.cards.portable import SPEC_VERSION, portable
from fourfold.config.engine import SafetyConfig
from fourfold.persona import Mask, Persona, Surface
from fourfold.voice.fingerprint import Exchange
from fourfold.voice.system_prompt import floor, profile

NAMESPACE: Final = "fourfold"
V2: Final = "chara_card_v2"
V3: Final = "chara_card_v3"

Card = dict[str, Any]

# Fields that are always written from the persona; changes by other tools are overwritten.
_OWN_FIELDS: Final = frozenset(
    {
        "name",
        "description",
        "personality",
        "first_mes",
        "mes_example",
        "system_prompt",
        "alternate_greetings",
        "character_version",
        "creation_date",
        "modification_date",
        "extensions",
    }
)
# The types of carried fields. A field with another type than the specification's is dropped.
_TYPES: Final[dict[str, type]] = {
    "scenario": str,
    "creator_notes": str,
    "post_history_instructions": str,
    "creator": str,
    "nickname": str,
    "character_book": dict,
    "creator_notes_multilingual": dict,
    "tags": list,
    "assets": list,
    "source": list,
    "group_only_greetings": list,
}
_TEXT_LISTS: Final = frozenset({"tags", "source", "group_only_greetings"})
_V3_ONLY: Final = frozenset(
    {
        "assets",
        "nickname",
        "creator_notes_multilingual",
        "source",
        "group_only_greetings",
        "creation_date",
        "modification_date",
    }
)
_V2_NOTICE: Final = (
    "This character card is Character Card V3, but it is loaded as a Character Card V2. Please use a Character Card V3 "
    "compatible application to use this character card properly."
)


@dataclass(frozen=True)
class CardExtras:
    """What a card has beside the persona.

    `carried` is the result of `carried_by` for the imported card, `signature` that of `signature_of` for the persona.
    `dialogue` are exchanges with the persona; without any, its signature phrases take their place.
    """

    carried: Card = field(default_factory=dict)
    signature: str | None = None
    dialogue: Sequence[Exchange] = ()


def card_v2(persona: Persona, safety: SafetyConfig, extras: CardExtras, *, backfill: bool = False) -> Card:
    """Returns the persona as a V2 card.

    Args:
        persona: the persona, with all four layers.
        safety: the safety settings.
        extras: what the card has beside the persona.
        backfill: whether the card is the V2 copy in a PNG with a V3 card; V3 requires a notice in its `creator_notes`.

    Raises:
        NotWrittenError: a layer is missing.
    """
    data = {name: value for name, value in _data(persona, safety, extras).items() if name not in _V3_ONLY}
    if backfill:
        data["creator_notes"] = f"{_V2_NOTICE}\n\n{data['creator_notes']}".strip()
    return {"spec": V2, "spec_version": "2.0", "data": data}


def card_v3(persona: Persona, safety: SafetyConfig, extras: CardExtras) -> Card:
    """Returns the persona as a V3 card. Arguments and errors are those of `card_v2`."""
    return {"spec": V3, "spec_version": "3.0", "data": _data(persona, safety, extras)}


def carried_by(card: Card, persona: Persona) -> Card:
    """Returns the fields of a card that were added by other tools, which an export of `persona` would not write."""
    data, own = card["data"], _data(persona, SafetyConfig(), CardExtras())
    extensions = data.get("extensions")
    cleaned = {name: _texts(value) if name in _TEXT_LISTS else value for name, value in data.items()}
    kept = {
        name: value
        for name, value in cleaned.items()
        if name not in _OWN_FIELDS
        and value != own.get(name)
        and isinstance(value, _TYPES.get(name, object))
        # Earlier exports had an empty scenario.
        and not (name == "scenario" and value == "")
    }
    foreign = {name: value for name, value in extensions.items() if name != NAMESPACE} if extensions else {}
    return {**kept, **({"extensions": foreign} if foreign else {})}


def _texts(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A list without items that are not text."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else value


def _data(persona: Persona, safety: SafetyConfig, extras: CardExtras) -> Card:
    description, carried = profile(persona), extras.carried
    mask, self_, surface = persona.mask, persona.self_, persona.surface
    if mask is None or self_ is None or surface is None:  # profile() has raised NotWrittenError
        raise ValueError(persona.id)
    first, *others = mask.signature_phrases
    own: Card = {
        "name": surface.name,
        "description": description,
        "personality": f"{mask.tone}; {mask.social_role}",
        "scenario": _scenario(surface),
        "first_mes": first,
        "mes_example": _examples(extras.dialogue, mask),
        "creator_notes": f"Made with fourfold from the brief: {persona.intent}",
        # {{original}} is the reader's own system prompt; the safety rules follow it.
        "system_prompt": "{{original}}\n\n" + floor(safety),
        "post_history_instructions": "",
        "alternate_greetings": others,
        "tags": [self_.archetype.value, *([persona.language] if persona.language else [])],
        "creator": "",
        "character_version": str(persona.version),
        "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
        "source": _source(persona, carried),
        "group_only_greetings": [],
        "creation_date": int(persona.created_at.timestamp()),
        "modification_date": int(persona.updated_at.timestamp()),
    }
    extensions = {**carried.get("extensions", {}), NAMESPACE: _extension(persona, extras.signature)}
    beside = {name: value for name, value in carried.items() if name not in _OWN_FIELDS and name != "source"}
    return {**own, **beside, "extensions": extensions}


def _scenario(surface: Surface) -> str:
    place, work = " ".join(surface.location.split()), " ".join(surface.occupation.split())
    return f"{{{{user}}}} meets {{{{char}}}} in {place}. {{{{char}}}} is {surface.age}, occupation: {work}."


def _examples(dialogue: Sequence[Exchange], mask: Mask) -> str:
    """Each exchange, or each signature phrase, as a conversation of its own. A reply is one line, as readers expect."""
    if not dialogue:
        return "".join(f"<START>\n{{{{char}}}}: {phrase}\n" for phrase in mask.signature_phrases)
    return "".join(
        f"<START>\n{{{{user}}}}: {each.message}\n{{{{char}}}}: {' '.join(each.reply.split())}\n" for each in dialogue
    )


def _source(persona: Persona, carried: Card) -> list[Any]:
    """Returns the card's sources, oldest first. V3 allows applications only to append to them."""
    origin = [] if persona.imported_from is None else [persona.imported_from.persona_id]
    found = [*carried.get("source", []), *origin, persona.id]
    return [source for number, source in enumerate(found) if source not in found[:number]]


def _extension(persona: Persona, signature: str | None) -> Card:
    return {"spec_version": SPEC_VERSION, "persona": portable(persona, signature)}
