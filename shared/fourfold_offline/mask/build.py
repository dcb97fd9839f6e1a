"""Step 4: chooses a voice for soul and self, and phrases that meet the voice demands of the constraint chain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice

from fourfold.constraints import Note, VoiceMarker, check_mask
from fourfold.persona import Mask, Register, Trait
from fourfold.pipeline.mask_build import MaskBuild
from fourfold_offline.brief.language import local_language
from fourfold_offline.brief.life_events import find_life_events
from fourfold_offline.grammar import capitalised, fill_template
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.work import trade_for
from fourfold_offline.lexicon.temperament import CONFLICTS
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.mask.casting import casting
from fourfold_offline.mask.native_lines import Lines, lines_in, loans_of
from fourfold_offline.mask.voices import Temper, Voice, habits, marker_lines, voices, voices_by_name
from fourfold_offline.soul.library import core_of, cores, lines_for_scene, scene_of
from fourfold_offline.soul.openings import deceased_slots
from fourfold_offline.soul.scene_people import scene_slots
from fourfold_offline.step_input import StepInput
from fourfold_offline.tonality import moved_mask

_TRIES, _LOANS = 120, 6
_BRIEF, _AMPLE = 6, 10  # Words of an utterance.
_FORMAL = (Register.CONSULTATIVE, Register.FORMAL, Register.FROZEN)
_INFORMAL = (Register.CONSULTATIVE, Register.CASUAL, Register.INTIMATE)


def build_mask(inputs: StepInput) -> MaskBuild:
    """The mask; its phrases meet every checkable demand if any combination of lines does."""
    if inputs.refinement is not None and isinstance(inputs.before, Mask):
        return MaskBuild(mask=moved_mask(inputs.before, inputs.refinement.axis, inputs.refinement.amount, inputs))
    voice = _cast(inputs)
    draw = inputs.draw
    slots = scene_slots(inputs, draw, max(1, min(9, age_of(inputs))))
    core = core_of(inputs)
    trade = trades()[trade_for(inputs, core.trades if core else ())]
    mask = Mask(
        register_=_register(inputs, voice),
        tone=draw.pick("tone", voice.tones),
        rhythm=f"{capitalised(fill_template(draw.pick('rhythm', voice.rhythms), slots, draw, 'rhythm'))} {draw.pick('quirk', habits().quirks)}",
        vocabulary=tuple(_vocabulary(inputs, voice, trade.words)),
        signature_phrases=("placeholder", "placeholder"),
        social_role=draw.pick("role", draw.pick("role/whose", (voice.roles, habits().roles, habits().roles))),
    )
    phrases = _phrases(inputs, voice, mask, slots, trade.lines)
    notes = [Note(layer="surface", text=f"The words of their work are in their mouth: {', '.join(trade.words[:3])}.")]
    return MaskBuild(mask=mask.model_copy(update={"signature_phrases": phrases}), constraints=tuple(notes))


def _cast(inputs: StepInput) -> Voice:
    """A voice near the Big Five profile that the brief's words allow and that meets the demands."""
    levels = {trait: inputs.self_.big_five.level(trait) if inputs.self_ else 0.5 for trait in Trait}
    demands = inputs.demands
    preferred, forbidden = casting(inputs.brief)

    def distance(voice: Voice) -> float:
        apart = [abs(level - voice.profile.level(trait)) for trait, level in levels.items()]
        far = sum(weight * gap**2 for weight, gap in zip(_HEARD, apart, strict=True))
        far += sum(_OPPOSITE for gap in apart[2:] if gap > _TOO_FAR)
        shown = sum(marker in voice.shows for marker in demands)
        denied = sum(CONFLICTS.get(marker) in voice.shows for marker in demands)
        wry = inputs.intent.tonal_axes.irony > 0 and voice.wry
        words = sum(map(_length, voice.lines)) / len(voice.lines)
        misfit = max(0.0, words - _BRIEF) if VoiceMarker.TERSE in demands else 0.0
        misfit += max(0.0, _AMPLE - words) if VoiceMarker.EXPANSIVE in demands else 0.0
        named = _PREFERRED * (voice.name in preferred) - _FORBIDDEN * (voice.name in forbidden)
        return far - 0.25 * shown + 1.5 * denied - 0.4 * wry + 0.12 * misfit - named

    young = age_of(inputs) <= _CHILD
    fitting_voices = [voice for voice in voices() if not young or voice.of_children]
    far = {voice.name: distance(voice) for voice in fitting_voices}
    ranked = sorted(fitting_voices, key=lambda voice: (far[voice.name], voice.name))
    near = [voice for voice in ranked[:_NEAREST] if far[voice.name] <= far[ranked[0].name] + _NEAR]
    return inputs.draw.pick("family", near)


# Weight of each trait in the distance, in the order of Trait.
_HEARD = (0.6, 0.8, 1.4, 1.2, 1.2)
_TOO_FAR, _OPPOSITE = 0.42, 0.35
_PREFERRED, _FORBIDDEN = 0.45, 3.0
_NEAREST, _NEAR, _CHILD = 5, 0.4, 14


def _length(line: str) -> int:
    return len(re.findall(r"\w+", line))


def _register(inputs: StepInput, voice: Voice) -> Register:
    options = list(voice.registers)
    if VoiceMarker.FORMAL in inputs.demands:
        options = [register for register in options if register in _FORMAL] or [Register.CONSULTATIVE]
    if VoiceMarker.INFORMAL in inputs.demands:
        options = [register for register in options if register in _INFORMAL] or [Register.CONSULTATIVE]
    return inputs.draw.pick("register", options)


def _spoken(inputs: StepInput) -> str:
    """The language of the lines (ISO 639): the one that a rewrite asks for, else the persona's."""
    return (inputs.rewrite_language or inputs.intent.language).split("-", maxsplit=1)[0]


def _vocabulary(inputs: StepInput, voice: Voice, trade_words: tuple[str, ...]) -> list[str]:
    draw = inputs.draw
    count = draw.whole("vocabulary", 6, 10)
    own = draw.some("vocabulary/own", voice.words, 3)
    if _spoken(inputs) == "en" and draw.unit("loan?") < _HALF:
        own += draw.some("vocabulary/loan", loans_of(local_language(inputs.brief, inputs.intent.locale)), 1)
    return draw.shuffled("vocabulary/order", [*own, *draw.some("vocabulary/trade", trade_words, count - len(own))])


_HALF = 0.5


def _english_pool(inputs: StepInput, voice: Voice, trade_lines: tuple[str, ...]) -> list[str]:
    """The voice's lines and the trade's, alternating."""
    draw = inputs.draw
    own, work = draw.shuffled("own", voice.lines), draw.shuffled("work", trade_lines)
    return [line for pair in zip(own, work, strict=False) for line in pair] + own[len(work) :]


def _showing(inputs: StepInput) -> list[str]:
    """Lines that meet the demands, for voices whose own lines do not."""
    demanded = {marker: lines for marker, lines in marker_lines().items() if marker in inputs.demands}
    return [line for marker, lines in demanded.items() for line in inputs.draw.some(f"showing/{marker}", lines, _SHOWN)]


_SHOWN = 5


def _native_pool(inputs: StepInput, voice: Voice, native: Lines) -> list[str]:
    """The lines of a language, those of the temper that profile, voice and demands favour first."""
    _, order, company, kindness, nerves = (
        inputs.self_.big_five.level(trait) if inputs.self_ else 0.5 for trait in Trait
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
        weights[temper] += pull * (marker in inputs.demands)
    forbidden = casting(inputs.brief)[1]
    for name in ("foreman", "apologiser", "exclaimer", "feeder", "digresser"):
        weights[voices_by_name()[name].temper] -= 0.7 * (name in forbidden)
    ranked = sorted(weights, key=lambda temper: -weights[temper])
    draw = inputs.draw
    first = draw.shuffled("native", [*lines[ranked[0]], *draw.some("native/second", lines[ranked[1]], 3)])
    rest = [line for temper in ranked[1:] for line in draw.shuffled(f"native/{temper}", lines[temper])]
    return list(dict.fromkeys(first + rest))


# What a demand adds to the weight of a temper of lines.
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


def _echoes(inputs: StepInput) -> list[str]:
    """Lines that hint at the wound: of the soul's core and scene, or of a drawn core if another model wrote it."""
    core = core_of(inputs)
    if core is None:
        core = inputs.draw.pick("echo-core", [core for core in cores() if core.trades])
    wound = inputs.soul.wound if inputs.soul is not None else ""
    return lines_for_scene(core.echoes, core, scene_of(core, wound))


def _phrases(
    inputs: StepInput, voice: Voice, mask: Mask, slots: dict[str, str], trade_lines: tuple[str, ...]
) -> tuple[str, ...]:
    """Three to five phrases: one hints at the wound, the others come from the voice and the trade."""
    draw = inputs.draw
    slots = slots | deceased_slots(inputs, find_life_events(inputs.brief))
    native, showing = lines_in(_spoken(inputs)), list[str]()
    if native is not None:
        echo_pool, own_pool = list(native.echoes), _native_pool(inputs, voice, native)
    else:
        echo_pool, own_pool = _echoes(inputs), _english_pool(inputs, voice, trade_lines)
        showing = _showing(inputs)
    echo_pool = [fill_template(line, slots, draw, f"line/{line}") for line in draw.shuffled("echo", echo_pool)]
    own_pool = [fill_template(line, slots, draw, f"line/{line}") for line in own_pool]
    count = draw.whole("phrases", 3, 5)
    if VoiceMarker.TERSE in inputs.demands:
        echo_pool, own_pool = (sorted(pool, key=lambda line: _length(line) > _BRIEF) for pool in (echo_pool, own_pool))
    elif VoiceMarker.EXPANSIVE in inputs.demands:
        echo_pool, own_pool = (sorted(pool, key=lambda line: _length(line) < _AMPLE) for pool in (echo_pool, own_pool))
    best, fewest = tuple(own_pool[:3]), _HOPELESS
    for phrases in _arrangements(echo_pool, own_pool, showing, count):
        trial = mask.model_copy(update={"signature_phrases": phrases})
        broken = len(check_mask(trial, inputs.chain, inputs.intent.language))
        if broken < fewest:
            best, fewest = phrases, broken
        if not broken:
            break
    return best


_HOPELESS = 99


def _arrangements(echoes: list[str], own: list[str], showing: list[str], count: int) -> Iterator[tuple[str, ...]]:
    """Combinations of phrases, with an echo of the wound second; those with the fewest lines of `showing` first."""
    for borrowed in range(min(3, len(showing)) + 1):
        for size in dict.fromkeys((count, 4, 3, 5)):
            for echo in echoes:
                kept = islice(combinations(own, max(1, size - 1 - borrowed)), _TRIES)
                for rest in kept:
                    for lent in islice(combinations(showing, borrowed), _LOANS):
                        yield (rest[0], echo, *rest[1:], *lent)
