"""Step 3: Big Five levels within the bounds of the chain, and archetype, values and attachment that fit them."""

from __future__ import annotations

from fourfold.constraints import Note, VoiceDemand, VoiceMarker, trait_range
from fourfold.persona import Archetype, AttachmentStyle, BigFive, SchwartzValue, SelfLayer, Trait
from fourfold.pipeline.self_enrich import SelfEnrichment
from fourfold_offline.lexicon.temperament import CONFLICTS
from fourfold_offline.soul.library import core_of
from fourfold_offline.step_input import StepInput

_HIGH, _LOW, _VERY_LOW, _MIDDLE = 0.66, 0.36, 0.28, 0.5
_WIDE_LOW, _WIDE_HIGH = 0.12, 0.9
_GIVEN, _VERY_HIGH = 3, 0.76

# Values of a pronounced trait (Parks-Leduc, Feldman & Bardi, 2015: the strongest correlations by domain).
_TRAIT_VALUES: dict[tuple[Trait, bool], tuple[SchwartzValue, ...]] = {
    (Trait.OPENNESS, True): (SchwartzValue.SELF_DIRECTION_THOUGHT, SchwartzValue.UNIVERSALISM_NATURE, SchwartzValue.UNIVERSALISM_TOLERANCE),
    (Trait.OPENNESS, False): (SchwartzValue.TRADITION, SchwartzValue.SECURITY_SOCIETAL),
    (Trait.CONSCIENTIOUSNESS, True): (SchwartzValue.ACHIEVEMENT, SchwartzValue.CONFORMITY_RULES, SchwartzValue.SECURITY_PERSONAL),
    (Trait.CONSCIENTIOUSNESS, False): (SchwartzValue.HEDONISM, SchwartzValue.SELF_DIRECTION_ACTION),
    (Trait.EXTRAVERSION, True): (SchwartzValue.STIMULATION, SchwartzValue.HEDONISM, SchwartzValue.POWER_DOMINANCE),
    (Trait.EXTRAVERSION, False): (SchwartzValue.HUMILITY, SchwartzValue.SECURITY_PERSONAL),
    (Trait.AGREEABLENESS, True): (SchwartzValue.BENEVOLENCE_CARING, SchwartzValue.CONFORMITY_INTERPERSONAL, SchwartzValue.UNIVERSALISM_CONCERN),
    (Trait.AGREEABLENESS, False): (SchwartzValue.POWER_DOMINANCE, SchwartzValue.POWER_RESOURCES, SchwartzValue.FACE),
    (Trait.NEUROTICISM, True): (SchwartzValue.SECURITY_PERSONAL, SchwartzValue.FACE),
    (Trait.NEUROTICISM, False): (SchwartzValue.STIMULATION, SchwartzValue.BENEVOLENCE_DEPENDABILITY),
}  # fmt: skip


def enrich_self(inputs: StepInput) -> SelfEnrichment:
    """The self, drawn within every bound of the chain."""
    draw, core = inputs.draw, core_of(inputs)
    levels = {trait: _level(inputs, trait) for trait in Trait}
    big_five = BigFive(**{trait.value: level for trait, level in levels.items()})
    archetypes = core.archetypes if core else tuple(Archetype)
    layer = SelfLayer(
        big_five=big_five,
        archetype=_archetype(inputs, levels, archetypes),
        values=tuple(_values(inputs, levels, core.values if core else ())),
        attachment_style=_attachment(levels, core.attachment if core else (), draw.unit("attachment")),
    )
    return SelfEnrichment.model_validate({"self": layer, "constraints": _constraints(inputs, levels, layer)})


def _level(inputs: StepInput, trait: Trait) -> float:
    low, high = trait_range(inputs.chain, trait)
    if low > high:
        low, high = high, low
    free = low == 0.0 and high == 1.0
    low, high = (max(low, _WIDE_LOW), min(high, _WIDE_HIGH)) if high - low > 1 - _WIDE_HIGH + _WIDE_LOW else (low, high)
    mark = inputs.draw.unit(f"level/{trait.value}")
    if free:  # An unbounded trait leans to one side, so that no profile is all middle.
        lean = inputs.draw.unit(f"lean/{trait.value}") < _MIDDLE
        low, high = (0.14, 0.44) if lean else (0.54, 0.86)
    return max(min(round(low + (high - low) * (0.08 + 0.84 * mark), 2), 1.0), 0.0)


def _archetype(inputs: StepInput, levels: dict[Trait, float], options: tuple[Archetype, ...]) -> Archetype:
    """One of the core's archetypes, or the one that a pronounced profile suggests."""
    by_numbers = None
    if levels[Trait.AGREEABLENESS] < _LOW and levels[Trait.CONSCIENTIOUSNESS] > _HIGH:
        by_numbers = Archetype.RULER
    elif levels[Trait.OPENNESS] > _HIGH and levels[Trait.CONSCIENTIOUSNESS] < _LOW:
        by_numbers = Archetype.SEEKER
    elif levels[Trait.OPENNESS] > _HIGH and levels[Trait.AGREEABLENESS] > _HIGH:
        by_numbers = Archetype.IDEALIST
    choices = list(options) + ([by_numbers] if by_numbers else [])
    return inputs.draw.pick("archetype", choices)


def _values(inputs: StepInput, levels: dict[Trait, float], own: tuple[SchwartzValue, ...]) -> list[SchwartzValue]:
    pronounced = sorted(levels, key=lambda trait: -abs(levels[trait] - _MIDDLE))
    leaning = [value for trait in pronounced[:_GIVEN] for value in _TRAIT_VALUES[trait, levels[trait] > _MIDDLE][:2]]
    first = inputs.draw.some("values/own", own, 2)
    rest = [
        value for value in inputs.draw.shuffled("values/leaning", list(dict.fromkeys(leaning))) if value not in first
    ]
    return (first + rest + [value for value in SchwartzValue if value not in first + rest])[
        : inputs.draw.whole("values/count", 3, 5)
    ]


def _attachment(levels: dict[Trait, float], own: tuple[AttachmentStyle, ...], mark: float) -> AttachmentStyle:
    """Anxiety goes with neuroticism, avoidance with low extraversion and agreeableness; the core breaks ties."""
    anxious = levels[Trait.NEUROTICISM] > _MIDDLE
    avoidant = levels[Trait.EXTRAVERSION] + levels[Trait.AGREEABLENESS] < 1.0
    if not anxious and not avoidant:
        numbers = AttachmentStyle.SECURE
    elif anxious and avoidant:
        numbers = AttachmentStyle.FEARFUL_AVOIDANT
    else:
        numbers = AttachmentStyle.ANXIOUS_PREOCCUPIED if anxious else AttachmentStyle.DISMISSIVE_AVOIDANT
    if own and numbers not in own and mark < _MIDDLE and (own[0] not in _ANXIOUS or levels[Trait.NEUROTICISM] > _LOW):
        return own[0]
    return numbers


_ANXIOUS = frozenset({AttachmentStyle.ANXIOUS_PREOCCUPIED, AttachmentStyle.FEARFUL_AVOIDANT})


def _constraints(inputs: StepInput, levels: dict[Trait, float], layer: SelfLayer) -> tuple[VoiceDemand | Note, ...]:
    openness, order, company, kindness, nerves = (levels[trait] for trait in Trait)
    wanted: list[tuple[VoiceMarker, str]] = []
    if kindness > _HIGH and nerves > _MIDDLE:
        wanted.append(
            (VoiceMarker.HEDGES, f"agreeableness {kindness} with neuroticism {nerves}: softens before it lands")
        )
    if kindness < _LOW and nerves < _MIDDLE:
        wanted.append((VoiceMarker.BLUNT, f"agreeableness {kindness} and neuroticism {nerves}: nothing is softened"))
    if order > _HIGH and openness > _MIDDLE:
        wanted.append(
            (
                VoiceMarker.SPEAKS_IN_CONCRETE_DETAIL,
                f"conscientiousness {order} and openness {openness}: names the thing",
            )
        )
    if company < _VERY_LOW:
        wanted.append((VoiceMarker.TERSE, f"extraversion {company}: spends words like coins"))
    if company > _VERY_HIGH:
        wanted.append((VoiceMarker.EXPANSIVE, f"extraversion {company}: thinks aloud and in company"))
    if nerves < _LOW:
        wanted.append((VoiceMarker.NEVER_EXCLAIMS, f"neuroticism {nerves}: nothing is worth a raised voice"))
    if layer.attachment_style is AttachmentStyle.ANXIOUS_PREOCCUPIED:
        wanted.append((VoiceMarker.ASKS_BEFORE_ASSERTING, "anxious attachment: finds out first how it will be taken"))
    if kindness < _LOW and SchwartzValue.FACE in layer.values:
        wanted.append((VoiceMarker.FORMAL, "face above warmth: keeps people at the length of a sentence"))
    given: list[VoiceMarker] = []
    for marker, _ in wanted:
        held = [*inputs.demands, *given]
        if marker not in held and CONFLICTS.get(marker) not in held and len(given) < _GIVEN:
            given.append(marker)
    demands = [VoiceDemand(marker=marker, reason=reason) for marker, reason in wanted if marker in given]
    return (*demands, Note(layer="surface", text=_CLOSENESS[layer.attachment_style]))


_CLOSENESS = {
    AttachmentStyle.SECURE: "Let them stand near other people without arranging it.",
    AttachmentStyle.ANXIOUS_PREOCCUPIED: "Something about them is always turned toward the door or the telephone.",
    AttachmentStyle.DISMISSIVE_AVOIDANT: "They carry everything they need; nobody has to hold anything for them.",
    AttachmentStyle.FEARFUL_AVOIDANT: "They come close and keep the coat on.",
}
