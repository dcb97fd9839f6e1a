"""Character Cards, V2 (malfoyslastname/character-card-spec-v2) and V3 (kwaroran/character-card-spec-v3).

What the cards have no place for, which is most of a persona, travels whole under `data.extensions["fourfold"]`. What
another tool put into a card beside it is carried: kept as it came and put back at the next export.
"""

from __future__ import annotations

from typing import Any, Final

from fourfold.cards.portable import SPEC_VERSION, portable
from fourfold.config.engine import SafetyConfig
from fourfold.persona import Persona
from fourfold.voice.system_prompt import floor, profile

NAMESPACE: Final = "fourfold"
V2: Final = "chara_card_v2"
V3: Final = "chara_card_v3"

Card = dict[str, Any]

# Written from the persona each time: what another tool changed here gives way to the persona.
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
# What another tool wrote in another shape than the specification's is not passed on as if it were a card.
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


def card_v2(persona: Persona, safety: SafetyConfig, carried: Card | None = None, *, backfill: bool = False) -> Card:
    """The persona as a V2 card.

    Args:
        persona: one whose four layers stand.
        safety: the floor's settings.
        carried: what `carried_by` kept of the card it came from.
        backfill: whether it stands in a PNG beside the V3 card: V3 wants its `creator_notes` to say so.

    Raises:
        NotWrittenError: a layer is missing.
    """
    data = {name: value for name, value in _data(persona, safety, carried or {}).items() if name not in _V3_ONLY}
    if backfill:
        data["creator_notes"] = f"{_V2_NOTICE}\n\n{data['creator_notes']}".strip()
    return {"spec": V2, "spec_version": "2.0", "data": data}


def card_v3(persona: Persona, safety: SafetyConfig, carried: Card | None = None) -> Card:
    """The persona as a V3 card; arguments and errors as `card_v2`."""
    return {"spec": V3, "spec_version": "3.0", "data": _data(persona, safety, carried or {})}


def carried_by(card: Card, persona: Persona) -> Card:
    """What a card holds beside the persona and what we would write of it ourselves."""
    data, own = card["data"], _data(persona, SafetyConfig(), {})
    extensions = data.get("extensions")
    kept = {
        name: value
        for name, value in data.items()
        if name not in _OWN_FIELDS and value != own.get(name) and isinstance(value, _TYPES.get(name, object))
    }
    foreign = {name: value for name, value in extensions.items() if name != NAMESPACE} if extensions else {}
    return {**kept, **({"extensions": foreign} if foreign else {})}


def _data(persona: Persona, safety: SafetyConfig, carried: Card) -> Card:
    description = profile(persona)
    mask, self_, surface = persona.mask, persona.self_, persona.surface
    if mask is None or self_ is None or surface is None:  # profile() has seen to it
        raise ValueError(persona.id)
    first, *others = mask.signature_phrases
    own: Card = {
        "name": surface.name,
        "description": description,
        "personality": f"{mask.tone}; {mask.social_role}",
        "scenario": "",
        "first_mes": first,
        "mes_example": "".join(f"<START>\n{{{{char}}}}: {phrase}\n" for phrase in mask.signature_phrases),
        "creator_notes": f"Made with fourfold from the brief: {persona.intent}",
        # What the reader's own application says comes first; the floor is ours.
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
    extensions = {**carried.get("extensions", {}), NAMESPACE: _extension(persona)}
    beside = {name: value for name, value in carried.items() if name not in _OWN_FIELDS and name != "source"}
    return {**own, **beside, "extensions": extensions}


def _source(persona: Persona, carried: Card) -> list[Any]:
    """Where the card comes from, oldest first: V3 lets applications only append."""
    origin = [] if persona.imported_from is None else [persona.imported_from.persona_id]
    found = [*carried.get("source", []), *origin, persona.id]
    return [source for number, source in enumerate(found) if source not in found[:number]]


def _extension(persona: Persona) -> Card:
    return {"spec_version": SPEC_VERSION, "persona": portable(persona)}
