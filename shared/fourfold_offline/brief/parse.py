"""Step 1: reads a brief as hints, facts with their quotes, and the first constraints."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fourfold.constraints import Link, Note, StatedFact, TraitBound, VoiceDemand, VoiceMarker, locate
from fourfold.persona import Trait
from fourfold.pipeline.intent import Intent, TonalAxes
from fourfold.steps import StepName
from fourfold_offline.brief.age import find_ages, impossible_ages
from fourfold_offline.brief.gender import find_gender
from fourfold_offline.brief.language import is_written_in, language_of, stated_language
from fourfold_offline.brief.life_events import find_life_events
from fourfold_offline.brief.matches import QuotedValue
from fourfold_offline.brief.name import find_name
from fourfold_offline.brief.occupation import find_occupation
from fourfold_offline.brief.places import Place, find_places, living_and_origin
from fourfold_offline.brief.refusal import refusal_of
from fourfold_offline.brief.stated_years import unread_birth
from fourfold_offline.lexicon.given_names import people_of_name
from fourfold_offline.lexicon.places import lands_by_locale
from fourfold_offline.lexicon.temperament import CONFLICTS, speech, temperament
from fourfold_offline.lexicon.tone import tone
from fourfold_offline.step_input import StepInput

_MOST_FACTS = 16
_MOST_CONSTRAINTS = 12
_MOST_GENRES = 6
_NARROW = 0.05
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")  # space, word joiner, byte order mark: they mean nothing in a word


def parse_brief(inputs: StepInput) -> Intent:
    """The intent of a brief, without the facts that a repair request names as wrong."""
    brief = _ZERO_WIDTH.sub("", inputs.brief)
    living, origin, people = living_and_origin(brief)
    name = _name(brief, living, origin)
    language, locale = language_of(brief.replace(name.quote, "") if name is not None else brief)
    spoken = language
    land = next((place.land for place in (living, people, origin) if place and place.land), None)
    if land is None and name is not None and language == "en":
        land = lands_by_locale().get(people_of_name(name.value) or "")
    if land is not None:
        locale = land.locale
        language = land.language if language == "en" and is_written_in(brief, land.language) else language
    language = stated_language(brief) or language
    read = _facts(brief, (spoken, locale[:2]), name, living, origin)
    ageless = all(fact.field != "surface.age" for fact in read)
    unread_age = unread_birth(brief, datetime.now(UTC).date()) if ageless else None
    facts = [
        fact
        for fact in (_as_written(fact, inputs.brief) for fact in read)
        if locate(inputs.brief, fact) is not None
        and not any(f'"{fact.quote}"' in problem for problem in inputs.problems)
    ]
    return Intent(
        language=language,
        locale=locale,
        genre_hints=_genres(brief),
        tonal_axes=_axes(brief),
        gender=find_gender(brief, name.value if name else None, spoken, locale),
        refusal=refusal_of(brief),
        facts=tuple(facts[:_MOST_FACTS]),
        constraints=tuple(_constraints(brief, unread_age)[:_MOST_CONSTRAINTS]),
    )


def _as_written(fact: StatedFact, brief: str) -> StatedFact:
    """The fact with its quote as the brief has it, with the zero-width characters inside."""
    if fact.quote in brief:
        return fact
    pattern = rf"{_ZERO_WIDTH.pattern}*".join(map(re.escape, fact.quote))
    found = re.search(pattern, brief)
    return fact if found is None else fact.model_copy(update={"quote": found.group()})


def _name(brief: str, living: Place | None, origin: Place | None) -> QuotedValue | None:
    places = [*find_places(brief), *(place for place in (living, origin) if place)]
    quotes = [place.quote.casefold() for place in places if place.kind != "people"]
    return find_name(brief, frozenset(part for quote in quotes for part in (quote, *quote.split(", "))))


def _facts(
    brief: str, languages: tuple[str, str], name: QuotedValue | None, living: Place | None, origin: Place | None
) -> list[StatedFact]:
    """The stated facts. Job titles are looked up in the brief's language, then in the language of its place."""
    facts: list[StatedFact] = []
    if name is not None:
        facts.append(StatedFact(field="surface.name", value=name.value, quote=name.quote))
    facts += [StatedFact(field="surface.age", value=age.value, quote=age.quote[:_LINE]) for age in find_ages(brief)]
    facts += [StatedFact(field="other", value=age.value, quote=age.quote[:_LINE]) for age in impossible_ages(brief)]
    if living is not None:
        facts.append(StatedFact(field="surface.location", value=_plain_place(living), quote=living.quote))
    if origin is not None:
        facts.append(StatedFact(field="other", value=f"from {origin.quote}", quote=origin.quote))
    work = next((found for language in languages if (found := find_occupation(brief, language))), None)
    if work is not None and _printable(work.quote):
        value = work.title or re.sub(r"^(?:an?|the)\s+", "", work.quote, flags=re.IGNORECASE)
        if not work.title and value[1:2].islower() and value.casefold() != "ai":
            value = value[0].lower() + value[1:]
        facts.append(StatedFact(field="surface.occupation", value=value, quote=work.quote))
    for life in find_life_events(brief):
        facts.append(StatedFact(field="other", value=life.value, quote=life.quote))
    return facts


_LINE = 160


def _plain_place(place: Place) -> str:
    return re.sub(r"^(?:an?|the)\s+(?:(?:town|village|city) of\s+)?", "", place.quote, flags=re.IGNORECASE)


def _printable(quote: str) -> bool:
    return bool(quote.strip()) and not re.search("[\ud800-\udfff\x00-\x1f]", quote)


def temperament_words(brief: str) -> list[str]:
    """The words of temperament in their order, without negated ones ("not shy")."""
    found = []
    for match in re.finditer(r"[a-z]+(?:-[a-z]+)*", brief.casefold()):
        word = match.group()
        if word in temperament() and not re.search(
            r"\b(?:not|never|no longer|hardly|isn't|far from|anything but|un)\s+(?:\w+\s+)?$",
            brief[: match.start()].casefold(),
        ):
            found.append(word)
    return list(dict.fromkeys(found))


def speech_words(brief: str) -> list[tuple[str, VoiceMarker]]:
    """The phrases on how the person talks, the longest first, each with its voice demand."""
    folded = brief.casefold()
    hits = [
        (term, marker)
        for term, marker in speech().items()
        if re.search(rf"(?<!not )(?<![\w-]){re.escape(term)}(?![\w-])", folded)
    ]
    return sorted(hits, key=lambda hit: -len(hit[0]))


def _constraints(brief: str, unread_age: str | None) -> list[TraitBound | VoiceDemand | Note]:
    constraints: list[TraitBound | VoiceDemand | Note] = []
    if unread_age is not None:
        text = f'No age of today follows from "{unread_age[:_LINE]}"; the age is chosen.'
        constraints.append(Note(layer="surface", text=text))
    ranges = dict.fromkeys(Trait, (0.0, 1.0))
    for word in temperament_words(brief):
        for trait, low, high in temperament()[word]:
            least, most = max(ranges[trait][0], low), min(ranges[trait][1], high)
            if most - least < _NARROW:
                text = f'The brief calls them "{word}" against its other words; let both be true, one in company, one alone.'
                constraints.append(Note(layer="self", text=text))
                continue
            ranges[trait] = (least, most)
            constraints.append(TraitBound(trait=trait, minimum=low, maximum=high, reason=f'the brief says "{word}"'))
    markers: list[VoiceMarker] = []
    for term, marker in speech_words(brief):
        if marker not in markers and CONFLICTS.get(marker) not in markers:
            markers.append(marker)
            constraints.append(VoiceDemand(marker=marker, reason=f'the brief says "{term}"'))
    return constraints


def _genres(brief: str) -> tuple[str, ...]:
    folded = brief.casefold()
    hits = [genre for word, genre in tone().genres.items() if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded)]
    return tuple(dict.fromkeys(hits))[:_MOST_GENRES]


def _axes(brief: str) -> TonalAxes:
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", brief.casefold())

    def axis(up: frozenset[str], down: frozenset[str]) -> float:
        score = 0.45 * sum(word in up for word in words) - 0.45 * sum(word in down for word in words)
        return round(max(-0.9, min(0.9, score)), 2)

    return TonalAxes(
        warmth=axis(tone().warm, tone().cold),
        gravity=axis(tone().grave, tone().light),
        intensity=axis(tone().fierce, tone().calm),
        irony=axis(tone().ironic, frozenset()),
    )


def stated_facts(inputs: StepInput, source: StepName) -> tuple[Link, ...]:
    """The stated facts as constraint links from `source`, for a request without a constraint chain."""
    found = (locate(inputs.brief, stated) for stated in parse_brief(inputs).facts)
    return tuple(Link(source=source, constraint=fact) for fact in found if fact is not None)
