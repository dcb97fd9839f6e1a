"""Step 2: chooses a dramatic core for the brief and tells it as desire, fear, wound and growth arc."""

from __future__ import annotations

from fourfold.constraints import Note, TraitBound, VoiceDemand, trait_range
from fourfold.persona import Soul, Trait
from fourfold.pipeline.soul_draft import SoulDraft
from fourfold_offline.brief.life_events import find_life
from fourfold_offline.brief.temperament import bounds_in_place, demands_in_place
from fourfold_offline.grammar import tell
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.work import WORKING, trade_for
from fourfold_offline.lexicon.temperament import CONFLICTS
from fourfold_offline.lexicon.trade_match import broader
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.soul.core import Bound, Core, Scene
from fourfold_offline.soul.library import cores, fitting
from fourfold_offline.soul.openings import leads, lost_slots
from fourfold_offline.soul.scene_people import people_of_scene
from fourfold_offline.soul.scene_years import credible
from fourfold_offline.step_input import Material

_PASSAGE = 790
_FATE_WEIGHT, _KIND_WEIGHT, _TRADE_WEIGHT = 400.0, 2.0, 0.8
_LEAST_WIDTH = 0.2
_SECONDS = 2
_NARROW = 0.05


def draft_soul(material: Material) -> SoulDraft:
    """The soul of the brief. A retry, whose draw the findings seed, may choose another core and scene."""
    age = age_of(material)
    core, scene = _core_and_scene(material, age)
    draw = material.draw
    then = draw.whole(f"{core.name}/then", scene.earliest, min(scene.latest, max(scene.earliest, age - scene.since)))
    life = find_life(material.brief)
    slots = people_of_scene(material, draw, then)
    slots |= lost_slots(material, life, frozenset(slots[key] for key in ("girl", "boy", "friend")))
    desire = draw.pick("desire", fitting(core.desires, core, scene))
    told = {
        "desire": tell(desire, slots, draw, "desire"),
        "fear": tell(draw.pick("fear", fitting(core.fears, core, scene)), slots, draw, "fear"),
        "growth_arc": tell(draw.pick("arc", fitting(core.arcs, core, scene)), slots, draw, "arc"),
        "wound": tell(credible(scene.text, age - then), slots, draw, f"wound/{core.name}"),
    }
    opening = leads(material, core, life, slots)
    turn = _turn(material, desire) if "desire" not in dict(opening) else None
    if turn is not None:
        opening.append(("desire", tell(credible(turn, age - WORKING), slots, draw, "turn")))
    for field, lead in opening:
        told[field] = _led(lead, told[field])
    soul = Soul(**{field: text[:800] for field, text in told.items()})
    return SoulDraft(soul=soul, constraints=tuple(_constraints(material, core)))


def _turn(material: Material, desire: str) -> str | None:
    """What the work says of the person, before what they want: only work the brief states, and only now and then."""
    if material.value("surface.occupation") is None or not desire.startswith("{They}"):
        return None
    turns = trades()[trade_for(material)].turns
    return material.draw.pick("turn", turns) if material.draw.unit("turn?") < _TURNED else None


_TURNED = 0.35


def _core_and_scene(material: Material, age: int) -> tuple[Core, Scene]:
    """A core and one of its scenes: what the brief says happened goes before all, then what fits the work."""
    kinds = {fact.kind for fact in find_life(material.brief)}
    trade = trade_for(material) if material.value("surface.occupation") else ""
    weighted: list[tuple[tuple[Core, Scene], float]] = []
    for core in cores():
        fate = bool(core.kinds) and not core.trades and not core.kinds & {"child", "infant"}
        if (not core.kinds & kinds and fate) or (
            _generation(core) != _generation_at(age) and not (fate and core.kinds & kinds)
        ):
            continue
        weight = 1.0 + _TRADE_WEIGHT * (broader(trade) in core.trades)
        weight += (_FATE_WEIGHT if fate else _KIND_WEIGHT) * bool(core.kinds & kinds)
        weight *= _FITTING[_fit(material, core)]
        fits = [scene for scene in core.scenes if scene.earliest + scene.since <= age or core.name == "infant"]
        weighted += [((core, scene), weight / len(fits)) for scene in fits]
    return material.draw.heaviest("core", weighted)


# How readily a core is told of somebody whose temper denies all, some or none of what it asks for.
_FITTING = (0.05, 0.5, 1.0)
_INFANT, _CHILD = 5, 14


def _fit(material: Material, core: Core) -> int:
    """2 if every bound of the core can hold beside what the brief says, 1 if some can, 0 if none can."""
    held = sum(_room(trait_range(material.chain, bound.trait), bound) >= _LEAST_WIDTH for bound in core.bounds)
    return 0 if not held else 2 if held == len(core.bounds) else 1


def _room(left: tuple[float, float], bound: Bound) -> float:
    """How much of a range a bound leaves."""
    low, high = left
    return min(high, bound.high) - max(low, bound.low)


def _generation(core: Core) -> str:
    return next(iter(core.kinds & {"child", "infant"}), "grown")


def _generation_at(age: int) -> str:
    return "infant" if age <= _INFANT else "child" if age <= _CHILD else "grown"


def _led(lead: str, text: str) -> str:
    joined = f"{lead} {text}"
    return joined if len(joined) <= _PASSAGE else text


def _constraints(material: Material, core: Core) -> list[TraitBound | VoiceDemand | Note]:
    made: list[TraitBound | VoiceDemand | Note] = []
    for stated in bounds_in_place(material.brief):
        low, high = _range(material, made, stated.trait)
        if min(high, stated.maximum) - max(low, stated.minimum) >= _NARROW:
            made.append(stated)
    for bound in core.bounds:
        if _room(_range(material, made, bound.trait), bound) >= _LEAST_WIDTH:
            made.append(TraitBound(trait=bound.trait, minimum=bound.low, maximum=bound.high, reason=bound.reason))
    own = [VoiceDemand(marker=marker, reason=reason) for marker, reason in core.demands[:_SECONDS]]
    given = list(material.demands)
    for demand in (*demands_in_place(material.brief), *own):
        if demand.marker not in given and CONFLICTS.get(demand.marker) not in given:
            given.append(demand.marker)
            made.append(demand)
    made.append(Note(layer="mask", text=core.note))
    return made


def _range(material: Material, made: list[TraitBound | VoiceDemand | Note], trait: Trait) -> tuple[float, float]:
    """The range the chain and the bounds made so far leave a trait."""
    low, high = trait_range(material.chain, trait)
    for bound in made:
        if isinstance(bound, TraitBound) and bound.trait is trait:
            low, high = max(low, bound.minimum), min(high, bound.maximum)
    return low, high
