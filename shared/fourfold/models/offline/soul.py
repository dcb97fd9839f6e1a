"""Step 2: chooses a dramatic core for the brief and tells it as desire, fear, wound and growth arc."""

from __future__ import annotations

from fourfold.constraints import Note, TraitBound, VoiceDemand, trait_range
from fourfold.models.offline.assumptions import age_of, scene_slots, trade_of_title
from fourfold.models.offline.brief_life import find_life
from fourfold.models.offline.grammar import tell
from fourfold.models.offline.lexicon_temperament import CONFLICTS
from fourfold.models.offline.material import Material
from fourfold.models.offline.soul_core import Core, Scene
from fourfold.models.offline.soul_leads import leads, lost_slots
from fourfold.models.offline.soul_library import CORES, fitting
from fourfold.models.offline.trades import TRADES
from fourfold.persona import Soul
from fourfold.pipeline.soul_draft import SoulDraft

_PASSAGE = 790
_FATE_WEIGHT, _KIND_WEIGHT, _TRADE_WEIGHT = 400.0, 4.0, 2.0
_LEAST_WIDTH = 0.2
_SECONDS = 2


def draft_soul(material: Material) -> SoulDraft:
    """The soul of the brief. A retry, whose draw the findings seed, may choose another core and scene."""
    age = age_of(material)
    core, scene = _core_and_scene(material, age)
    draw = material.draw
    then = draw.whole(f"{core.name}/then", scene.earliest, min(scene.latest, max(scene.earliest, age - 1)))
    life = find_life(material.brief)
    slots = scene_slots(material, draw, then) | lost_slots(material, life)
    trade = trade_for(material, core)
    turns = TRADES[trade].turns
    told = {
        "desire": tell(draw.pick("desire", fitting(core.desires, core, scene)), slots, draw, "desire"),
        "fear": tell(draw.pick("fear", fitting(core.fears, core, scene)), slots, draw, "fear"),
        "growth_arc": tell(draw.pick("arc", fitting(core.arcs, core, scene)), slots, draw, "arc"),
    }
    place = draw.pick("turn-place", ("desire", "fear", "growth_arc"))
    turn = tell(draw.pick("turn", turns), slots, draw, "turn")
    told[place] = _fitted(told[place], turn)
    wound = tell(scene.text, slots, draw, f"wound/{core.name}")
    told["wound"] = wound
    for field, lead in leads(material, core, life, slots):
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
    """A core and one of its scenes: what the brief says happened goes before all, then what fits the work."""
    kinds = {fact.kind for fact in find_life(material.brief)}
    trade = trade_for(material, None) if material.value("surface.occupation") else ""
    weighted: list[tuple[tuple[Core, Scene], float]] = []
    for core in CORES:
        fate = bool(core.kinds) and not core.trades and not core.kinds & {"child", "infant"}
        if (not core.kinds & kinds and fate) or (
            _generation(core) != _generation_at(age) and not (fate and core.kinds & kinds)
        ):
            continue
        weight = 1.0 + _TRADE_WEIGHT * (trade in core.trades)
        weight += (_FATE_WEIGHT if fate else _KIND_WEIGHT) * bool(core.kinds & kinds)
        fits = [scene for scene in core.scenes if scene.earliest < age or core.name == "infant"]
        weighted += [((core, scene), weight / len(fits)) for scene in fits]
    return material.draw.heaviest("core", weighted)


_INFANT, _CHILD = 5, 14


def _generation(core: Core) -> str:
    return next(iter(core.kinds & {"child", "infant"}), "grown")


def _generation_at(age: int) -> str:
    return "infant" if age <= _INFANT else "child" if age <= _CHILD else "grown"


def _fitted(text: str, more: str) -> str:
    joined = f"{text} {more}"
    return joined if len(joined) <= _PASSAGE else text


def _led(lead: str, text: str) -> str:
    joined = f"{lead} {text}"
    return joined if len(joined) <= _PASSAGE else text


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
