"""Step 2: chooses a dramatic core for the brief and writes desire, fear, wound and growth arc from it."""

from __future__ import annotations

from fourfold.constraints import Note, TraitBound, VoiceDemand, trait_range
from fourfold.persona import Soul, Trait
from fourfold.pipeline.soul_draft import SoulDraft
from fourfold_offline.brief.life_events import find_life_events
from fourfold_offline.brief.temperament import speech_demands, temperament_bounds
from fourfold_offline.grammar import fill_template
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.work import WORKING, trade_for
from fourfold_offline.lexicon.temperament import CONFLICTS
from fourfold_offline.lexicon.trade_match import broad_trade
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.soul.core import Bound, Core, Scene
from fourfold_offline.soul.library import cores, lines_for_scene
from fourfold_offline.soul.openings import deceased_slots, openings_for
from fourfold_offline.soul.scene_people import scene_slots
from fourfold_offline.soul.scene_years import drop_impossible_years
from fourfold_offline.step_input import StepInput
from fourfold_offline.tonality import moved_soul

_PASSAGE = 790
_FATE_WEIGHT, _KIND_WEIGHT, _TRADE_WEIGHT = 400.0, 2.0, 0.8
_LEAST_WIDTH = 0.2
_SECONDS = 2
_NARROW = 0.05


def draft_soul(inputs: StepInput) -> SoulDraft:
    """The soul of the brief. On a retry the findings are part of the seed, so core and scene may differ."""
    age = age_of(inputs)
    core, scene = _core_and_scene(inputs, age)
    draw = inputs.draw
    then = draw.whole(f"{core.name}/then", scene.earliest, min(scene.latest, max(scene.earliest, age - scene.since)))
    life = find_life_events(inputs.brief)
    slots = scene_slots(inputs, draw, then)
    slots |= deceased_slots(inputs, life, frozenset(slots[key] for key in ("girl", "boy", "friend")))
    desire = draw.pick("desire", lines_for_scene(core.desires, core, scene))
    texts = {
        "desire": fill_template(desire, slots, draw, "desire"),
        "fear": fill_template(draw.pick("fear", lines_for_scene(core.fears, core, scene)), slots, draw, "fear"),
        "growth_arc": fill_template(draw.pick("arc", lines_for_scene(core.arcs, core, scene)), slots, draw, "arc"),
        "wound": fill_template(drop_impossible_years(scene.text, age - then), slots, draw, f"wound/{core.name}"),
    }
    opening = openings_for(inputs, core, life, slots)
    turn = _turn(inputs, desire) if "desire" not in dict(opening) else None
    if turn is not None:
        opening.append(("desire", fill_template(drop_impossible_years(turn, age - WORKING), slots, draw, "turn")))
    for field, lead in opening:
        texts[field] = _with_opening(lead, texts[field])
    soul = Soul(**{field: text[:800] for field, text in texts.items()})
    if inputs.refinement is not None and isinstance(inputs.before, Soul):
        soul = moved_soul(inputs.before, inputs.refinement.axis, inputs.refinement.amount, inputs)
    return SoulDraft(soul=soul, constraints=tuple(_constraints(inputs, core)))


def _turn(inputs: StepInput, desire: str) -> str | None:
    """A sentence on the stated occupation to put before the desire, for some personas; else None."""
    if inputs.value("surface.occupation") is None or not desire.startswith("{They}"):
        return None
    turns = trades()[trade_for(inputs)].turns
    return inputs.draw.pick("turn", turns) if inputs.draw.unit("turn?") < _TURNED else None


_TURNED = 0.35


def _core_and_scene(inputs: StepInput, age: int) -> tuple[Core, Scene]:
    """A core and one of its scenes, weighted by the events of the brief first and by its trade second."""
    kinds = {fact.kind for fact in find_life_events(inputs.brief)}
    trade = trade_for(inputs) if inputs.value("surface.occupation") else ""
    weighted: list[tuple[tuple[Core, Scene], float]] = []
    for core in cores():
        fate = bool(core.kinds) and not core.trades and not core.kinds & {"child", "infant"}
        if (not core.kinds & kinds and fate) or (
            _generation(core) != _generation_at(age) and not (fate and core.kinds & kinds)
        ):
            continue
        weight = 1.0 + _TRADE_WEIGHT * (broad_trade(trade) in core.trades)
        weight += (_FATE_WEIGHT if fate else _KIND_WEIGHT) * bool(core.kinds & kinds)
        weight *= _FITTING[_fit(inputs, core)]
        fits = [scene for scene in core.scenes if scene.earliest + scene.since <= age or core.name == "infant"]
        weighted += [((core, scene), weight / len(fits)) for scene in fits]
    return inputs.draw.heaviest("core", weighted)


# Weight of a core of whose bounds none, some or all fit the constraints.
_FITTING = (0.05, 0.5, 1.0)
_INFANT, _CHILD = 5, 14


def _fit(inputs: StepInput, core: Core) -> int:
    """2 if every bound of the core fits the constraints, 1 if some do, 0 if none does."""
    held = sum(_overlap(trait_range(inputs.chain, bound.trait), bound) >= _LEAST_WIDTH for bound in core.bounds)
    return 0 if not held else 2 if held == len(core.bounds) else 1


def _overlap(left: tuple[float, float], bound: Bound) -> float:
    """The width of the overlap of a range and a bound; negative if they do not overlap."""
    low, high = left
    return min(high, bound.high) - max(low, bound.low)


def _generation(core: Core) -> str:
    return next(iter(core.kinds & {"child", "infant"}), "grown")


def _generation_at(age: int) -> str:
    return "infant" if age <= _INFANT else "child" if age <= _CHILD else "grown"


def _with_opening(lead: str, text: str) -> str:
    joined = f"{lead} {text}"
    return joined if len(joined) <= _PASSAGE else text


def _constraints(inputs: StepInput, core: Core) -> list[TraitBound | VoiceDemand | Note]:
    made: list[TraitBound | VoiceDemand | Note] = []
    for stated in temperament_bounds(inputs.brief):
        low, high = _range(inputs, made, stated.trait)
        if min(high, stated.maximum) - max(low, stated.minimum) >= _NARROW:
            made.append(stated)
    for bound in core.bounds:
        if _overlap(_range(inputs, made, bound.trait), bound) >= _LEAST_WIDTH:
            made.append(TraitBound(trait=bound.trait, minimum=bound.low, maximum=bound.high, reason=bound.reason))
    own = [VoiceDemand(marker=marker, reason=reason) for marker, reason in core.demands[:_SECONDS]]
    given = list(inputs.demands)
    for demand in (*speech_demands(inputs.brief), *own):
        if demand.marker not in given and CONFLICTS.get(demand.marker) not in given:
            given.append(demand.marker)
            made.append(demand)
    made.append(Note(layer="mask", text=core.note))
    return made


def _range(inputs: StepInput, made: list[TraitBound | VoiceDemand | Note], trait: Trait) -> tuple[float, float]:
    """The range of a trait by the constraint chain and the bounds made so far."""
    low, high = trait_range(inputs.chain, trait)
    for bound in made:
        if isinstance(bound, TraitBound) and bound.trait is trait:
            low, high = max(low, bound.minimum), min(high, bound.maximum)
    return low, high
