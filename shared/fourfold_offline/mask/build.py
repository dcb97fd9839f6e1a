"""Step 4: casts a voice for soul and self, and picks utterances that show every demand of the chain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice

from fourfold.constraints import Note, VoiceMarker, check_mask
from fourfold.persona import Mask, Register, Trait
from fourfold.pipeline.mask_build import MaskBuild
from fourfold_offline.brief.language import language_of
from fourfold_offline.brief.life_events import find_life
from fourfold_offline.grammar import capitalised, tell
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.work import trade_for
from fourfold_offline.lexicon.temperament import CONFLICTS
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.mask.casting import casting
from fourfold_offline.mask.native_lines import Lines, lines_in, loans_of
from fourfold_offline.mask.voices import Temper, Voice, habits, marker_lines, voices, voices_by_name
from fourfold_offline.soul.library import core_of, cores, fitting, scene_of
from fourfold_offline.soul.openings import lost_slots
from fourfold_offline.soul.scene_people import people_of_scene
from fourfold_offline.step_input import Material

_TRIES, _LOANS = 120, 6
_BRIEF, _AMPLE = 6, 10  # Words of an utterance.
_FORMAL = (Register.CONSULTATIVE, Register.FORMAL, Register.FROZEN)
_INFORMAL = (Register.CONSULTATIVE, Register.CASUAL, Register.INTIMATE)


def build_mask(material: Material) -> MaskBuild:
    """The mask of soul and self; its phrases meet each demand that code can check, wherever any lines can."""
    voice = _cast(material)
    draw = material.draw
    slots = people_of_scene(material, draw, max(1, min(9, age_of(material))))
    core = core_of(material)
    trade = trades()[trade_for(material, core.trades if core else ())]
    mask = Mask(
        register_=_register(material, voice),
        tone=draw.pick("tone", voice.tones),
        rhythm=f"{capitalised(tell(draw.pick('rhythm', voice.rhythms), slots, draw, 'rhythm'))} {draw.pick('quirk', habits().quirks)}",
        vocabulary=tuple(_vocabulary(material, voice, trade.words)),
        signature_phrases=("placeholder", "placeholder"),
        social_role=draw.pick("role", draw.pick("role/whose", (voice.roles, habits().roles, habits().roles))),
    )
    phrases = _phrases(material, voice, mask, slots, trade.lines)
    notes = [Note(layer="surface", text=f"The words of their work are in their mouth: {', '.join(trade.words[:3])}.")]
    return MaskBuild(mask=mask.model_copy(update={"signature_phrases": phrases}), constraints=tuple(notes))


def _cast(material: Material) -> Voice:
    """A voice near the numbers that the words of the brief allow and that can show what the chain demands."""
    levels = {trait: material.self_.big_five.level(trait) if material.self_ else 0.5 for trait in Trait}
    demands = material.demands
    preferred, forbidden = casting(material.brief)

    def distance(voice: Voice) -> float:
        apart = [abs(level - voice.profile.level(trait)) for trait, level in levels.items()]
        far = sum(weight * gap**2 for weight, gap in zip(_HEARD, apart, strict=True))
        far += sum(_OPPOSITE for gap in apart[2:] if gap > _TOO_FAR)
        shown = sum(marker in voice.shows for marker in demands)
        denied = sum(CONFLICTS.get(marker) in voice.shows for marker in demands)
        wry = material.intent.tonal_axes.irony > 0 and voice.wry
        words = sum(map(_length, voice.lines)) / len(voice.lines)
        misfit = max(0.0, words - _BRIEF) if VoiceMarker.TERSE in demands else 0.0
        misfit += max(0.0, _AMPLE - words) if VoiceMarker.EXPANSIVE in demands else 0.0
        named = _PREFERRED * (voice.name in preferred) - _FORBIDDEN * (voice.name in forbidden)
        return far - 0.25 * shown + 1.5 * denied - 0.4 * wry + 0.12 * misfit - named

    young = age_of(material) <= _CHILD
    fitting_voices = [voice for voice in voices() if not young or voice.of_children]
    far = {voice.name: distance(voice) for voice in fitting_voices}
    ranked = sorted(fitting_voices, key=lambda voice: (far[voice.name], voice.name))
    near = [voice for voice in ranked[:_NEAREST] if far[voice.name] <= far[ranked[0].name] + _NEAR]
    return material.draw.pick("family", near)


# How much of each trait is audible, in the order of Trait: company, kindness and nerves before the rest.
_HEARD = (0.6, 0.8, 1.4, 1.2, 1.2)
_TOO_FAR, _OPPOSITE = 0.42, 0.35
_PREFERRED, _FORBIDDEN = 0.45, 3.0
_NEAREST, _NEAR, _CHILD = 5, 0.4, 14


def _length(line: str) -> int:
    return len(re.findall(r"\w+", line))


def _register(material: Material, voice: Voice) -> Register:
    options = list(voice.registers)
    if VoiceMarker.FORMAL in material.demands:
        options = [register for register in options if register in _FORMAL] or [Register.CONSULTATIVE]
    if VoiceMarker.INFORMAL in material.demands:
        options = [register for register in options if register in _INFORMAL] or [Register.CONSULTATIVE]
    return material.draw.pick("register", options)


def _vocabulary(material: Material, voice: Voice, trade_words: tuple[str, ...]) -> list[str]:
    draw = material.draw
    count = draw.whole("vocabulary", 6, 10)
    own = draw.some("vocabulary/own", voice.words, 3)
    if language_of(material.brief)[0] == "en" and draw.unit("loan?") < _HALF:
        own += draw.some("vocabulary/loan", loans_of(material.intent.language), 1)
    return draw.shuffled("vocabulary/order", [*own, *draw.some("vocabulary/trade", trade_words, count - len(own))])


_HALF = 0.5


def _english_pool(material: Material, voice: Voice, trade_lines: tuple[str, ...]) -> list[str]:
    """The voice's lines and the trade's, by turns."""
    draw = material.draw
    own, work = draw.shuffled("own", voice.lines), draw.shuffled("work", trade_lines)
    return [line for pair in zip(own, work, strict=False) for line in pair] + own[len(work) :]


def _showing(material: Material) -> list[str]:
    """Lines that show what the chain demands: help where the voice's own lines do not happen to."""
    demanded = {marker: lines for marker, lines in marker_lines().items() if marker in material.demands}
    return [
        line for marker, lines in demanded.items() for line in material.draw.some(f"showing/{marker}", lines, _SHOWN)
    ]


_SHOWN = 5


def _native_pool(material: Material, voice: Voice, native: Lines) -> list[str]:
    """The lines of a language: those of the person's temper, by numbers and demands, and those of the voice, first."""
    _, order, company, kindness, nerves = (
        material.self_.big_five.level(trait) if material.self_ else 0.5 for trait in Trait
    )
    lines = native.by_temper()
    weights: dict[Temper, float] = {
        "warm": kindness,
        "dry": 1.02 - (kindness + company) / 2,
        "careful": (nerves + 1 - company) / 2,
        "long": company - 0.1,
        "stern": (order + 1 - kindness) / 2,
        "lively": (company + 1 - nerves) / 2 - 0.15,
    }
    weights[voice.temper] += 0.4
    for marker, temper, pull in _PULLS:
        weights[temper] += pull * (marker in material.demands)
    forbidden = casting(material.brief)[1]
    for name in ("foreman", "apologiser", "exclaimer", "feeder", "digresser"):
        weights[voices_by_name()[name].temper] -= 0.7 * (name in forbidden)
    ranked = sorted(weights, key=lambda temper: -weights[temper])
    draw = material.draw
    first = draw.shuffled("native", [*lines[ranked[0]], *draw.some("native/second", lines[ranked[1]], 3)])
    rest = [line for temper in ranked[1:] for line in draw.shuffled(f"native/{temper}", lines[temper])]
    return list(dict.fromkeys(first + rest))


# What a demand asks of a temper of lines: a voice that never exclaims has no use for lively ones.
_PULLS: tuple[tuple[VoiceMarker, Temper, float], ...] = (
    (VoiceMarker.TERSE, "dry", 0.4),
    (VoiceMarker.TERSE, "long", -1.0),
    (VoiceMarker.EXPANSIVE, "long", 0.7),
    (VoiceMarker.EXPANSIVE, "dry", -0.5),
    (VoiceMarker.NEVER_EXCLAIMS, "lively", -1.0),
    (VoiceMarker.HEDGES, "careful", 0.7),
    (VoiceMarker.HEDGES, "stern", -0.6),
    (VoiceMarker.ASKS_BEFORE_ASSERTING, "careful", 0.2),
    (VoiceMarker.BLUNT, "stern", 0.5),
    (VoiceMarker.BLUNT, "careful", -0.8),
    (VoiceMarker.FORMAL, "stern", 0.3),
    (VoiceMarker.FORMAL, "lively", -0.4),
    (VoiceMarker.INFORMAL, "warm", 0.2),
    (VoiceMarker.DEFLECTS_WITH_HUMOUR, "dry", 0.3),
)


def _echoes(material: Material) -> list[str]:
    """Lines that let the wound be felt: those of the soul's own core and scene, or anyone's where it is not ours."""
    core = core_of(material)
    if core is None:
        core = material.draw.pick("echo-core", [core for core in cores() if core.trades])
    wound = material.soul.wound if material.soul is not None else ""
    return fitting(core.echoes, core, scene_of(core, wound))


def _phrases(
    material: Material, voice: Voice, mask: Mask, slots: dict[str, str], trade_lines: tuple[str, ...]
) -> tuple[str, ...]:
    """Three to five utterances: one lets the wound be felt, the rest come from the voice and the work."""
    draw = material.draw
    slots = slots | lost_slots(material, find_life(material.brief))
    native, showing = lines_in(language_of(material.brief)[0]), list[str]()
    if native is not None:
        echo_pool, own_pool = list(native.echoes), _native_pool(material, voice, native)
    else:
        echo_pool, own_pool = _echoes(material), _english_pool(material, voice, trade_lines)
        showing = _showing(material)
    echo_pool = [tell(line, slots, draw, f"line/{line}") for line in draw.shuffled("echo", echo_pool)]
    own_pool = [tell(line, slots, draw, f"line/{line}") for line in own_pool]
    count = draw.whole("phrases", 3, 5)
    if VoiceMarker.TERSE in material.demands:
        echo_pool, own_pool = (sorted(pool, key=lambda line: _length(line) > _BRIEF) for pool in (echo_pool, own_pool))
    elif VoiceMarker.EXPANSIVE in material.demands:
        echo_pool, own_pool = (sorted(pool, key=lambda line: _length(line) < _AMPLE) for pool in (echo_pool, own_pool))
    best, fewest = tuple(own_pool[:3]), _HOPELESS
    for phrases in _arrangements(echo_pool, own_pool, showing, count):
        trial = mask.model_copy(update={"signature_phrases": phrases})
        broken = len(check_mask(trial, material.chain, material.intent.language))
        if broken < fewest:
            best, fewest = phrases, broken
        if not broken:
            break
    return best


_HOPELESS = 99


def _arrangements(echoes: list[str], own: list[str], showing: list[str], count: int) -> Iterator[tuple[str, ...]]:
    """Sets of utterances, an echo of the wound second in each; those that borrow the fewest lines come first."""
    for borrowed in range(min(3, len(showing)) + 1):
        for size in dict.fromkeys((count, 4, 3, 5)):
            for echo in echoes:
                kept = islice(combinations(own, max(1, size - 1 - borrowed)), _TRIES)
                for rest in kept:
                    for lent in islice(combinations(showing, borrowed), _LOANS):
                        yield (rest[0], echo, *rest[1:], *lent)
