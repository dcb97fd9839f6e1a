"""Audit findings on the writing: abstract or generic scenes, phrases, names and places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourfold.persona import Archetype, Dimension, Finding, SchwartzValue, Trait
from fourfold_offline.audit.words import common_words, pattern
from fourfold_offline.brief.language import language_of
from fourfold_offline.brief.life_events import find_life_events
from fourfold_offline.brief.places import find_places
from fourfold_offline.grammar import spelled
from fourfold_offline.lexicon.names import people_of, peoples
from fourfold_offline.lexicon.occupations import trade_of_title
from fourfold_offline.lexicon.places import lands_by_locale
from fourfold_offline.soul.library import core_of
from fourfold_offline.step_input import StepInput

_D = Dimension
_QUOTE = 300
_ABSTRACT = re.compile(
    r"\b(?:trust issues|abandon(?:ment|ed)|rejection|trauma\w*|self-worth|closure|journey|healing|inner (?:child|strength|peace|demons)|"
    r"sense of (?:self|purpose|belonging)|true self|vulnerab\w+|emotional\w*|insecurit\w+|resilien\w+|passionate about|deep-seated|burden of)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:mother|father|sister|brother|son|daughter|wife|husband|aunt|uncle|cousin|niece|nephew|grand(?:mother|father|son|daughter)|"
    r"widow|neighbour|teacher|boss|foreman|doctor|nurse|priest|officer|landlord|landlady|friend|child|boy|girl|man|woman)s?\b",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\babandoned$", re.IGNORECASE)
_NUMBER_WORDS = {spelled(number) for number in range(2, 60)}
_SHORT_WOUND, _SHORT_LINE, _THIN_BRIEF = 90, 40, 2
_FLAT = 0.04
_LONG_WORD, _COMMON_PHRASE = 5, 2
_SENTENCES_APPEARANCE = 2
_PLACEHOLDERS = frozenset({"john doe", "jane doe", "john smith", "jane smith", "sarah chen", "jane roe"})
_GIVING = frozenset({SchwartzValue.BENEVOLENCE_CARING, SchwartzValue.BENEVOLENCE_DEPENDABILITY, SchwartzValue.HUMILITY})
_TAKING = frozenset({SchwartzValue.POWER_DOMINANCE, SchwartzValue.POWER_RESOURCES})


def prose_findings(inputs: StepInput) -> Iterator[Finding]:
    """Findings on each layer and on the brief, each with the words it rests on."""
    yield from _soul(inputs)
    yield from _self(inputs)
    yield from _mask(inputs)
    yield from _surface(inputs)
    yield from _place(inputs)
    yield from _brief(inputs)


def _soul(inputs: StepInput) -> Iterator[Finding]:
    soul = inputs.soul
    if soul is None:
        yield _finding(_D.DEPTH, "soul", "", 5, "There is no soul to judge.")
        return
    if len(soul.wound) < _SHORT_WOUND:
        yield _finding(
            _D.DEPTH, "soul.wound", soul.wound, 4, "A label, not a scene: who was there, when, and what was said?"
        )
    elif not _particulars(soul.wound):
        # Somebody in it, if only by their part in the life, makes it a scene.
        severity = 1 if _PERSON.search(soul.wound) and not _ABSTRACT.search(soul.wound) else 3
        yield _finding(
            _D.DEPTH,
            "soul.wound",
            _first(soul.wound),
            severity,
            "No name, number or spoken word: a reader cannot picture it.",
        )
    for field in ("desire", "fear", "growth_arc"):
        text = getattr(soul, field)
        if len(text) < _SHORT_LINE:
            severity = 1 if _names_a_thing(text) else 3
            yield _finding(
                _D.DEPTH, f"soul.{field}", text, severity, "Too short to want or fear anything in particular."
            )
    for field in ("desire", "fear", "wound", "growth_arc"):
        text = getattr(soul, field)
        match = _ABSTRACT.search(text)
        if match is not None and not _of_a_thing(text, match):
            # Beside a scene the word is a slip, without one it is all there is.
            severity = 1 if _particulars(text) and len(text) >= _SHORT_WOUND else 3
            yield _finding(
                _D.DEPTH,
                f"soul.{field}",
                match.group(),
                severity,
                "The psychology is named where a scene should show it.",
            )
    for field in ("desire", "fear", "growth_arc"):
        text = getattr(soul, field)
        if not _particulars(text) and len(text) >= _SHORT_LINE:
            note = "It names no person, number or spoken word; true of many, seen in none."
            yield _finding(_D.DEPTH, f"soul.{field}", _first(text), 1, note)
    wound, rest = set(_long_words(soul.wound)), set(_long_words(f"{soul.desire} {soul.fear} {soul.growth_arc}"))
    if not wound & rest:
        note = "No thing from the wound's scene returns in what they want, dread or become."
        yield _finding(_D.COHERENCE, "soul.growth_arc", _first(soul.growth_arc), 1, note)


def _self(inputs: StepInput) -> Iterator[Finding]:
    layer = inputs.self_
    if layer is None:
        yield _finding(_D.COHERENCE, "self", "", 5, "There is no self to judge.")
        return
    levels = {trait: layer.big_five.level(trait) for trait in Trait}
    middling = [trait for trait, level in levels.items() if abs(level - 0.5) <= _FLAT]
    if middling:
        trait = middling[0]
        note = "A level in the very middle says nothing was read from the soul here."
        yield _finding(
            _D.REALISM, f"self.big_five.{trait.value}", f"{levels[trait]}", 1 if len(middling) < 3 else 3, note
        )
    first = layer.values[0]
    if (layer.archetype is Archetype.CAREGIVER and first in _TAKING) or (
        layer.archetype is Archetype.RULER and first in _GIVING
    ):
        yield _finding(
            _D.COHERENCE,
            "self.values",
            first.value,
            1,
            f"An odd first value for the {layer.archetype.value}; the soul should say why.",
        )


def _mask(inputs: StepInput) -> Iterator[Finding]:
    mask = inputs.mask
    if mask is None:
        yield _finding(_D.VOICE_DISTINCTIVENESS, "mask", "", 5, "There is no voice to judge.")
        return
    phrases, field = mask.signature_phrases, "mask.signature_phrases"
    if len({phrase.casefold() for phrase in phrases}) < len(phrases):
        yield _finding(_D.VOICE_DISTINCTIVENESS, field, phrases[0], 3, "The same phrase twice.")
    for phrase in [phrase for phrase in phrases if len(_long_words(phrase)) < _COMMON_PHRASE][:2]:
        yield _finding(_D.VOICE_DISTINCTIVENESS, field, phrase, 1, "Covered names, this one could be a neighbour's.")
    heard = " ".join(phrases).casefold()
    if not any(word.casefold() in heard for word in mask.vocabulary):
        note = "Not one word of the vocabulary is heard in the phrases; a list is not yet a mouth."
        yield _finding(_D.VOICE_DISTINCTIVENESS, "mask.vocabulary", mask.vocabulary[0], 1, note)
    starts = [phrase.split()[0].casefold() for phrase in phrases if phrase.split()]
    if len(set(starts)) == 1 and len(starts) > 1:
        yield _finding(_D.VOICE_DISTINCTIVENESS, field, phrases[0], 2, "Every phrase sets off on the same word.")
    if inputs.soul is not None:
        inside = set(_long_words(" ".join(inputs.soul.model_dump().values())))
        if inputs.intent.language.startswith("en") and not any(set(_long_words(phrase)) & inside for phrase in phrases):
            yield _finding(
                _D.COHERENCE,
                field,
                phrases[0],
                1,
                "No phrase touches anything the soul names; the wound is not to be felt.",
            )
    spoken = inputs.intent.language.split("-")[0]
    if spoken != "en" and language_of(" ".join(phrases))[0] == "en":
        note = f"They speak {spoken}, and the phrases are English: a translation stands where a voice should."
        yield _finding(_D.CULTURAL_FIDELITY, field, phrases[0], 2, note)


def _surface(inputs: StepInput) -> Iterator[Finding]:
    surface = inputs.surface
    if surface is None:
        yield _finding(_D.REALISM, "surface", "", 5, "There is no surface to judge.")
        return
    if surface.name.casefold() in _PLACEHOLDERS and inputs.value("surface.name") is None:
        yield _finding(
            _D.CULTURAL_FIDELITY, "surface.name", surface.name, 3, "A placeholder, not what parents called a child."
        )
    sentences = re.split(r"[.!?]+\s", surface.appearance)
    if len(sentences) < _SENTENCES_APPEARANCE:
        yield _finding(
            _D.REALISM,
            "surface.appearance",
            _first(surface.appearance),
            1,
            "One glance only; life leaves more than one mark.",
        )
    strangers = _foreign_name(inputs)
    if strangers is not None:
        yield _finding(
            _D.CULTURAL_FIDELITY,
            "surface.name",
            surface.name,
            3,
            f"A name of another people ({strangers}) with no reason given.",
        )


def _foreign_name(inputs: StepInput) -> str | None:
    """The other people that bears the surface's name, if the brief does not state it; else None."""
    surface, people = inputs.surface, people_of(inputs.intent.locale)
    if surface is None or people is None or inputs.value("surface.name") is not None:
        return None
    given = re.split(r"\s+", surface.name)
    own = _names_of(inputs.intent.locale)
    if any(part in own for part in given):
        return None
    for key in peoples():
        if sum(part in _names_of(key) for part in given) >= len(given):
            return key
    return None


def _names_of(locale: str) -> set[str]:
    people = people_of(locale)
    if people is None:
        return set()
    given = (*people.women.older, *people.women.younger, *people.men.older, *people.men.younger)
    return {part for name in (*given, *people.families) for part in name.split()}


def _place(inputs: StepInput) -> Iterator[Finding]:
    surface, land = inputs.surface, lands_by_locale().get(inputs.intent.locale)
    if surface is None:
        return
    stated = inputs.value("surface.location")
    if stated is None:
        yield _finding(
            _D.CULTURAL_FIDELITY,
            "surface.location",
            surface.location,
            1,
            "The brief gives no place, so the place is the writer's choice.",
        )
    countries = {place.land.country for place in find_places(surface.location) if place.land}
    if land and countries and land.country not in countries and stated is None:
        yield _finding(
            _D.CULTURAL_FIDELITY,
            "surface.location",
            surface.location,
            3,
            f"The parse puts them in {inputs.intent.locale}.",
        )
    people = people_of(inputs.intent.locale)
    soul = " ".join(inputs.soul.model_dump().values()) if inputs.soul else ""
    if people is not None and soul:
        local = _names_of(inputs.intent.locale) | {people.feast, people.drink, people.sweet}
        if not any(word in soul for word in local) and surface.location.split(",")[0] not in soul:
            note = "Nothing inside the person belongs to the place: no name, feast or street of it."
            yield _finding(_D.CULTURAL_FIDELITY, "soul.wound", _first(soul), 2, note)
        elif not any(word in soul for word in (people.feast, people.drink, people.sweet)):
            name = next((word for word in re.findall(r"\w+", soul) if word in local), surface.location)
            note = "The name is of the place; no meal, feast or habit of it is."
            yield _finding(_D.CULTURAL_FIDELITY, "soul.wound", name, 1, note)
    elif people is None and soul:
        yield _finding(_D.CULTURAL_FIDELITY, "soul.wound", _first(soul), 2, "The scene could stand in any country.")
    brief_language = language_of(inputs.brief)[0]
    if brief_language != "en" and soul and language_of(soul)[0] == "en":
        note = f"The brief is in {brief_language}, the soul in English; its readers would want it in theirs."
        yield _finding(_D.CULTURAL_FIDELITY, "soul.desire", _first(soul), 2, note)


def _brief(inputs: StepInput) -> Iterator[Finding]:
    """What the brief leaves open, and what it says that no layer mentions."""
    words = re.findall(r"\w+", inputs.brief)
    facts = [link for link in inputs.chain if link.constraint.kind == "fact"]
    surface = inputs.surface
    if surface is not None and inputs.value("surface.age") is None:
        yield _finding(_D.REALISM, "surface.age", str(surface.age), 1, "The brief gives no age; this one is inferred.")
    if surface is not None and inputs.value("surface.occupation") is None:
        yield _finding(
            _D.COHERENCE,
            "surface.occupation",
            surface.occupation,
            1,
            "The work is the writer's choice, not the brief's.",
        )
    elif surface is not None and trade_of_title(surface.occupation) is None:
        yield _finding(
            _D.REALISM,
            "surface.occupation",
            surface.occupation,
            1,
            "An uncommon trade, and the layers show little of how it is done.",
        )
    if len(words) <= _THIN_BRIEF or not facts:
        quote = inputs.brief.strip()[:80]
        quote = re.sub("[\ud800-\udfff]", "", quote)
        yield _finding(_D.COHERENCE, "soul", quote, 2, "The brief gives next to nothing to hold the person to.")
        yield _finding(_D.DEPTH, "soul.wound", quote, 1, "With so thin a brief the wound is anyone's.")
    layers = (inputs.soul, inputs.self_, inputs.mask, surface)
    document = " ".join(str(layer.model_dump()) for layer in layers if layer is not None).casefold()
    core = core_of(inputs)
    covered = core.kinds if core is not None else frozenset[str]()
    for fact in [fact for fact in inputs.facts("other") if fact.value not in {"retired", "married"}][:3]:
        if any(life.kind in covered for life in find_life_events(fact.value)):
            continue
        heard = [word for word in _long_words(fact.value) if word[:6] in document]
        if _long_words(fact.value) and not heard:
            yield _finding(_D.COHERENCE, "soul.wound", fact.quote, 2, "The brief says this and no layer has heard it.")


def _names_a_thing(text: str) -> bool:
    """Whether a short text has a word of its own: a noun with an article or a possessive, and no word of psychology."""
    if _ABSTRACT.search(text) or pattern("generic").search(text):
        return False
    nouns = re.findall(r"\b(?:the|a|an|his|her|their|its|this|that)\s+([^\W\d_]+)", text.casefold())
    return any(noun not in common_words() for noun in nouns)


def _of_a_thing(text: str, match: re.Match[str]) -> bool:
    """Whether the word describes or is a thing: "the abandoned mill", "the night journey"."""
    if _ATTRIBUTE.search(match.group()):
        return re.match(r"\s+[^\W\d_]{3,}", text[match.end() :]) is not None and (
            re.search(r"\b(?:the|an|this|that|one|two|old|some)\s+$", text[: match.start()], re.IGNORECASE) is not None
        )
    return match.group().casefold() == "journey" and (
        re.search(r"\b(?:night|train|bus|sea|return|last|first|two|three)\s+$", text[: match.start()], re.IGNORECASE)
        is not None
    )


def _particulars(text: str) -> int:
    """The number of names, numbers and quoted words in a text."""
    names = len(re.findall(r"(?<=[a-z,;] )[A-ZÀ-ÞİŞÇĞÖÜ][a-zà-ÿ]+", text))
    numbers = sum(bool(word in _NUMBER_WORDS or word.isdecimal()) for word in re.findall(r"[a-z\d-]+", text.casefold()))
    return names + numbers + text.count('"') // 2 + text.count("\u201c")


def _long_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= _LONG_WORD]


def _first(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text)[0][:_QUOTE]


def _finding(dimension: Dimension, field: str, quote: str, severity: int, note: str) -> Finding:
    return Finding(dimension=dimension, field=field, quote=quote[:_QUOTE], severity=severity, note=note[:400])
