"""Step 2: chooses a dramatic core for the brief and tells it as desire, fear, wound and growth arc."""

from __future__ import annotations

import re

from fourfold.constraints import Note, TraitBound, VoiceDemand, trait_range
from fourfold.models.offline.assumptions import age_of, scene_slots, trade_of_title
from fourfold.models.offline.brief_life import LifeFact, find_life
from fourfold.models.offline.grammar import capitalised, plural_verb, tell
from fourfold.models.offline.lexicon_temperament import CONFLICTS
from fourfold.models.offline.material import Material
from fourfold.models.offline.soul_core import Core, Scene
from fourfold.models.offline.soul_library import CORES
from fourfold.models.offline.trades import TRADES
from fourfold.persona import Soul
from fourfold.pipeline.soul_draft import SoulDraft

_PASSAGE = 790
_KIND_WEIGHT, _TRADE_WEIGHT = 40.0, 3.0
_LEAST_WIDTH = 0.2
_SECONDS = 2


def draft_soul(material: Material) -> SoulDraft:
    """The soul of the brief. A retry, whose draw the findings seed, may choose another core and scene."""
    age = age_of(material)
    core, scene = _core_and_scene(material, age)
    draw = material.draw
    then = draw.whole(f"{core.name}/then", scene.earliest, min(scene.latest, max(scene.earliest, age - 1)))
    slots = scene_slots(material, draw, then)
    life = find_life(material.brief)
    trade = trade_for(material, core)
    turns = TRADES[trade].turns
    told = {
        "desire": tell(draw.pick("desire", core.desires), slots, draw, "desire"),
        "fear": tell(draw.pick("fear", core.fears), slots, draw, "fear"),
        "growth_arc": tell(draw.pick("arc", core.arcs), slots, draw, "arc"),
    }
    place = draw.pick("turn-place", ("desire", "fear", "growth_arc"))
    turn = tell(draw.pick("turn", turns), slots, draw, "turn")
    told[place] = _fitted(told[place], turn)
    wound = tell(scene.text, slots, draw, f"wound/{core.name}")
    told["wound"] = wound
    for field, lead in _leads(material, core, life, slots):
        told[field] = _led(lead, told[field])
    soul = Soul(**{field: text[:800] for field, text in told.items()})
    return SoulDraft(soul=soul, constraints=tuple(_constraints(material, core)))


def trade_for(material: Material, core: Core | None) -> str:
    """The trade of the brief's occupation, or one the core would have led to, drawn from the brief."""
    occupation = material.value("surface.occupation")
    if occupation is not None:
        return _stated_trade(material, occupation)
    options = sorted(core.trades) if core is not None and core.trades else sorted(TRADES)
    if age_of(material) < _WORKING:
        return "school"
    options = [trade for trade in options if trade not in {"school", "tale", "idle", "crime"}] or ["shop"]
    return material.constant.pick("trade", options)


_WORKING = 18


def _stated_trade(material: Material, occupation: str) -> str:
    from fourfold.models.offline.brief_occupation import find_work  # noqa: PLC0415  # only where a brief names work

    listed = trade_of_title(occupation)
    if listed is not None:
        return listed
    found = find_work(material.brief, material.intent.language) or find_work(occupation, material.intent.language)
    return found.trade if found is not None else "building"


def _core_and_scene(material: Material, age: int) -> tuple[Core, Scene]:
    kinds = {fact.kind for fact in find_life(material.brief)}
    trade = trade_for(material, None) if material.value("surface.occupation") else ""
    weighted: list[tuple[tuple[Core, Scene], float]] = []
    for core in CORES:
        demanded = bool(core.kinds) and not core.trades
        if demanded and not core.kinds & kinds:
            continue
        weight = (
            1.0
            + _KIND_WEIGHT * bool(core.kinds & kinds) * (3 if demanded else 1)
            + _TRADE_WEIGHT * (trade in core.trades)
        )
        fitting = [scene for scene in core.scenes if scene.earliest < age] if age > _INFANT else []
        if age <= _INFANT and core.name == "infant":
            fitting = list(core.scenes)
        elif core.name == "infant":
            fitting = []
        weighted += [((core, scene), weight / len(fitting)) for scene in fitting]
    return material.draw.heaviest("core", weighted)


_INFANT = 5


def _fitted(text: str, more: str) -> str:
    joined = f"{text} {more}"
    return joined if len(joined) <= _PASSAGE else text


def _led(lead: str, text: str) -> str:
    joined = f"{lead} {text}"
    return joined if len(joined) <= _PASSAGE else text


_STATES = re.compile(
    r"^(?:afraid|terrified|scared|frightened|obsessed|in love|haunted|hiding|famous|known|desperate|determined)\b"
)


def _clause(fact: LifeFact, plural: bool) -> str:
    """The fact as what follows "she": "hates the sea"."""
    value = fact.value
    if _STATES.match(value):
        value = f"is {value}"
    elif value.startswith("with a fear"):
        value = f"has {value.removeprefix('with ')}"
    elif fact.kind == "holding":
        value = f"has {value}"
    if plural:
        first, _, rest = value.partition(" ")
        if first in {"still", "secretly", "never", "always", "once", "only"}:
            second, _, rest = rest.partition(" ")
            value = f"{first} {plural_verb(second)} {rest}".strip()
        else:
            value = f"{plural_verb(first)} {rest}".strip()
    return value


def _leads(material: Material, core: Core, life: list[LifeFact], slots: dict[str, str]) -> list[tuple[str, str]]:
    """Sentences that bring the brief's own words into the soul: a wish, a dread, a habit nobody has explained."""
    draw, leads = material.draw, []
    plural = slots["they"] == "they"
    for fact in life:
        words = _clause(fact, plural)
        if not words.isascii() and material.intent.language not in {"en"} and not re.match(r"[A-Za-z]", words):
            continue
        texts = _LEADS.get(fact.kind)
        if texts is not None and not core.kinds & {fact.kind}:
            field, options = texts
            lead = tell(draw.pick(f"lead/{fact.kind}", options), slots | {"clause": words}, draw, f"lead/{fact.kind}")
            if field not in {done for done, _ in leads}:
                leads.append((field, capitalised(lead)))
    return leads


_LEADS: dict[str, tuple[str, tuple[str, ...]]] = {
    "wish": ("desire", ("{They} {clause}; that much anyone may know. <Further in it goes like this.|The rest {they} [keeps] to {themself}.>", "{They} {clause}. <Behind that, older and harder to say:|It is the presentable part.>", "Out loud, {they} {clause}. <Not out loud:|There is a second sentence.>")),
    "dread": ("fear", ("{They} {clause}, and <says so, cheerfully|has an explanation ready>. It is a fear that can be mentioned. The other cannot.", "That {they} {clause} <is no secret|everyone has been told>. It covers something.", "Everyone knows {they} {clause}. <Hardly anyone asks what it stands in front of.|It makes a good fence.>")),
    "clause": ("wound", ("{They} {clause}. <Asked why, {they} [tells] one of three stories. This one {they} [leaves] out.|It has a beginning, which {they} [skips].>", "That {they} {clause}, people know. Where it starts they don't.", "<Before|Long before> anyone could say of {them} that {they} {clause}, there was this.")),
    "obsession": ("desire", ("{They} {clause}, and <people take that for the whole of it|it looks like the main thing>. <It is the handle, not the door.|It isn't.>", "That {they} {clause} is the part {they} can explain.")),
    "holding": ("wound", ("{They} {clause}, <which people notice first|and people ask about that>. They do not ask about this.",)),
}  # fmt: skip


def _constraints(material: Material, core: Core) -> list[TraitBound | VoiceDemand | Note]:
    made: list[TraitBound | VoiceDemand | Note] = []
    for bound in core.bounds:
        low, high = trait_range(material.chain, bound.trait)
        if min(high, bound.high) - max(low, bound.low) >= _LEAST_WIDTH:
            made.append(TraitBound(trait=bound.trait, minimum=bound.low, maximum=bound.high, reason=bound.reason))
    for marker, reason in core.demands[:_SECONDS]:
        if marker not in material.demands and CONFLICTS.get(marker) not in material.demands:
            made.append(VoiceDemand(marker=marker, reason=reason))
    made.append(Note(layer="mask", text=core.note))
    return made
