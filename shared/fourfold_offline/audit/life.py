"""Audit findings on plausibility: ages against work, relatives, events, and contradictions within the brief."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fourfold.persona import Dimension, Finding
from fourfold_offline.brief.parse import temperament_words
from fourfold_offline.data_files import load
from fourfold_offline.grammar import spelled
from fourfold_offline.inference.age import stated_age
from fourfold_offline.lexicon.occupations import least_age
from fourfold_offline.lexicon.temperament import temperament
from fourfold_offline.step_input import StepInput

_COHERENCE, _REALISM, _DEPTH, _VOICE = (
    Dimension.COHERENCE,
    Dimension.REALISM,
    Dimension.DEPTH,
    Dimension.VOICE_DISTINCTIVENESS,
)
_GRAVE_GAP, _WIDE_GAP = 8, 3
_QUOTE = 300

_YOUNG_RETIREMENT = re.compile(
    r"\bretired (?:\w+ ){0,2}(?:athlete|gymnast|footballer|soccer|player|swimmer|boxer|dancer|ballerina|ballet|model|skater|soldier|sniper|marine|spy|assassin|hitman|"
    r"racer|driver|jockey|wrestler|idol|pop|child|actor|actress|bullfighter|cyclist|runner|tennis|rugby|cricketer|sprinter|superhero|pirate|gladiator|warrior|cop|officer)",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(\d{1,2}|[a-z]+(?:-[a-z]+)?)\s+years\s+(?:of|in|on|as|at)\s+(?:the\s+|a\s+)?(?:experience|career|force|job|bench|trade|sea|service|marriage|business|teaching|prison|same)\b|\bmarried for (\d{1,2}|[a-z-]+) years\b", re.IGNORECASE)  # fmt: skip
# "Her grandmother", "raised by a grandmother": a relative, and not the person.
_OF_ANOTHER = re.compile(
    r"\b(?:(?:her|his|their|the|whose|a dead|late)\s+(?:\w+\s+)?|(?:by|with|from|of|for|to|after|like|about|and|without)\s+(?:an?\s+)?(?:\w+\s+)?)$",
    re.IGNORECASE,
)
_ANOTHER = (
    r"(?:mother|father|sister|brother|son|daughter|wife|husband|aunt|uncle|cousin|grand\w+|twin|friend|neighbour|teacher|boss|"
    r"dog|cat|horse|mule|donkey|parrot)s?"
)
_SAID_OF_ANOTHER = re.compile(
    rf"\b{_ANOTHER}(?:,)? (?:who )?(?:is|was|are|were|went|has|had) (?:\w+ )?$", re.IGNORECASE
)
_ANOTHER_NEXT = re.compile(rf" (?:\w+ )?{_ANOTHER}\b", re.IGNORECASE)
_AGE_THEN = re.compile(
    r"\b(?:at|was|were|turned|aged?)\s+(\d{1,3}|[a-z]+(?:-[a-z]+)?)\b|\b(\d{1,3}|[a-z]+(?:-[a-z]+)?) years? old\b",
    re.IGNORECASE,
)
# After a number that is no age ("at ninety metres"), and before one that is another's ("the year her mother turned seventy").
_UNIT = re.compile(
    r"\s{0,3}(?:%|°|per ?cent|degrees?|met(?:er|re)s?|feet|foot|miles?|kilo\w*|km|knots?|fathoms?|pounds?|euros?|dollars?|lira|pence|cents?|"
    r"minutes?|seconds?|hours?|days?|weeks?|months?|past|pages?|boxes|people|steps?|an hour)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:mother|father|grand(?:mother|father)|aunt|uncle|sister|brother|wife|husband|teacher|neighbour|boss|widow|man|woman)\s+"
    r"(?:who\s+)?(?:\w+\s+)?$",
    re.IGNORECASE,
)
_NUMBERS = {spelled(number): number for number in range(1, 100)}
_STARTS = 14
_FAR = (
    0.25  # People are irritable and generous, rude and loyal; nobody is both shy and outgoing in one and the same way.
)


@dataclass(frozen=True, slots=True)
class _LeastAge:
    """A pattern of words about a life, and the least age in years at which they are plausible."""

    years: int
    words: str


@dataclass(frozen=True, slots=True)
class _Denial:
    """Two patterns that contradict each other, and how severe it is (1-5) when a brief has both."""

    one: str
    other: str
    severity: int


@dataclass(frozen=True, slots=True)
class _Contradictions:
    least_ages: tuple[_LeastAge, ...]
    denials: tuple[_Denial, ...]


@cache
def _contradictions() -> _Contradictions:
    return load("en/contradictions", _Contradictions)


def life_findings(inputs: StepInput) -> Iterator[Finding]:
    """Findings on facts that one life cannot hold. The age is the surface's, else the one the brief states."""
    surface = inputs.surface
    age = surface.age if surface is not None else stated_age(inputs)
    if age is not None:
        yield from _work_against_age(inputs, age)
        yield from _kin_against_age(inputs.brief, age)
        yield from _years_against_age(inputs.brief, age)
        yield from _wound_against_age(inputs, age)
    yield from _two_ages(inputs)
    yield from _denials(inputs.brief)
    yield from _opposed_temperaments(inputs.brief)


def _work_against_age(inputs: StepInput, age: int) -> Iterator[Finding]:
    work = inputs.surface.occupation if inputs.surface is not None else inputs.value("surface.occupation") or ""
    stated = inputs.value("surface.occupation") or ""
    least = least_age(f"{work} {stated}")
    if _YOUNG_RETIREMENT.search(f"{work} {inputs.brief}"):
        least = min(least, 24)
    gap = least - age
    if gap <= 0 or (inputs.intent.genre_hints and "fantasy" in inputs.intent.genre_hints and age > _STARTS):
        return
    severity = 5 if gap >= _GRAVE_GAP else 4 if gap >= _WIDE_GAP else 2
    note = (
        f"Nobody has this work behind them or under them at {age}; about {least} is the least a reader would believe."
    )
    yield _finding(_REALISM, "surface.occupation", work, severity, note)
    yield _finding(
        _COHERENCE,
        "surface.age",
        str(age),
        severity,
        f'The age denies "{work}": the brief states both, and no life holds both.',
    )
    if severity >= 4:
        yield _finding(
            _DEPTH, "soul.desire", work, 4, "What drives them rests on a working life that cannot have happened."
        )
        yield _finding(
            _VOICE,
            "mask.vocabulary",
            work,
            3,
            f"The words of a trade in a mouth of {age} are borrowed; decide whose mouth it is.",
        )


def _kin_against_age(brief: str, age: int) -> Iterator[Finding]:
    for least in _contradictions().least_ages:
        for match in re.finditer(least.words, brief, re.IGNORECASE):
            theirs = not _OF_ANOTHER.search(brief[: match.start()])
            grand = match.group().casefold().startswith(("grandm", "grandf", "grandpa", "grandma"))
            parent = re.match(r"(?:mother|father|mom|mum|dad)", match.group(), re.IGNORECASE) is not None
            if least.years <= age or ((grand or parent) and not theirs):
                continue
            gap = least.years - age
            severity = 5 if gap >= 6 else 4 if gap >= _WIDE_GAP else 2  # years
            note = f"At {age} this cannot be; a reader believes it from about {least.years}."
            yield _finding(_REALISM, "surface.age", match.group(), severity, note)
            yield _finding(
                _COHERENCE,
                "surface.age",
                str(age),
                severity,
                f'The age and "{match.group()}" deny each other; decide which they live by.',
            )
            if severity >= 4:
                yield _finding(
                    _DEPTH,
                    "soul.wound",
                    match.group(),
                    3,
                    "The soul would have to rest on years that were never lived.",
                )
            return


def _years_against_age(brief: str, age: int) -> Iterator[Finding]:
    for match in _YEARS.finditer(brief):
        word = (match.group(1) or match.group(2)).casefold()
        years = int(word) if word.isdecimal() else _NUMBERS.get(word, 0)
        if years and age - years < _STARTS:
            began = max(0, age - years)
            yield _finding(_REALISM, "surface.age", match.group(), 5, f"At {age} that began at {began}.")
            yield _finding(_COHERENCE, "surface.age", str(age), 5, f'The age and "{match.group()}" deny each other.')
            yield _finding(
                _DEPTH, "soul.wound", match.group(), 3, "The years that should carry the soul do not fit into the life."
            )


def _wound_against_age(inputs: StepInput, age: int) -> Iterator[Finding]:
    wound = inputs.soul.wound if inputs.soul is not None else ""
    for match in _AGE_THEN.finditer(wound):
        if _UNIT.match(wound, match.end()) or _OTHERS.search(wound, 0, match.start()):
            continue
        word = (match.group(1) or match.group(2)).casefold()
        then = int(word) if word.isdecimal() else _NUMBERS.get(word, 0)
        if age < then < 100 and word not in {"one", "two", "three"}:  # years
            yield _finding(
                _REALISM, "soul.wound", match.group(), 5, f"The wound happens at {then}, to a person of {age}."
            )
            yield _finding(_COHERENCE, "soul.wound", match.group(), 4, "The soul remembers what has not happened yet.")
            return


def _two_ages(inputs: StepInput) -> Iterator[Finding]:
    ages = inputs.facts("surface.age")
    if len({fact.value for fact in ages}) > 1:
        first, second = ages[0], ages[1]
        note = f'The brief also says "{second.quote}"; only one of the two can be kept, so the person is half somebody else.'
        yield _finding(_COHERENCE, "surface.age", first.quote, 5, note)
        yield _finding(_REALISM, "surface.age", second.quote, 5, f'Nobody is both this and "{first.quote}".')
        yield _finding(
            _DEPTH, "soul.wound", second.quote, 3, "A wound has to happen to one age; here it cannot tell whose."
        )


def _denials(brief: str) -> Iterator[Finding]:
    for denial in _contradictions().denials:
        first = _of_the_person(denial.one, brief)
        second = _of_the_person(denial.other, brief)
        if first is not None and second is not None:
            note = f'The brief also says "{second.group()}": each denies the other.'
            yield _finding(_COHERENCE, "surface", first.group(), 5, note)
            yield _finding(
                _REALISM, "surface", second.group(), denial.severity, f'This and "{first.group()}" are not one life.'
            )
            yield _finding(
                _DEPTH,
                "soul.wound",
                first.group(),
                3,
                "The soul would have to explain this and cannot without choosing.",
            )


def _of_the_person(words: str, brief: str) -> re.Match[str] | None:
    """The first match that is not said of a relative or an animal ("his blind dog", "whose wife is deaf")."""
    for match in re.finditer(words, brief, re.IGNORECASE):
        if not (_SAID_OF_ANOTHER.search(brief, 0, match.start()) or _ANOTHER_NEXT.match(brief, match.end())):
            return match
    return None


def _opposed_temperaments(brief: str) -> Iterator[Finding]:
    words = temperament_words(brief)
    seen: set[str] = set()
    for index, word in enumerate(words):
        for other in words[index + 1 :]:
            if word in seen or other in seen or not _opposed(word, other) or _limited(brief, word, other):
                continue
            seen |= {word, other}
            note = f'The brief also says "{other}". Say when each is true, or drop one.'
            severity = 3 if _opposed(word, other, _FAR) else 1
            yield _finding(_COHERENCE, "self.big_five", word, severity, note)
            yield _finding(
                _REALISM,
                "self.big_five",
                other,
                severity - 1 or 1,
                f'Beside "{word}" the numbers can only serve one of the two.',
            )


def _limited(brief: str, *words: str) -> bool:
    """Whether the brief says of one of the words where or how it holds ("generous with food", "secretly generous")."""
    return any(
        re.search(
            rf"\b{re.escape(word)} (?:with|about|to|towards?|in|at|when|on) |\b(?:secretly|privately|outwardly|sometimes|often|but|yet|though) (?:\w+ )?{re.escape(word)}\b",
            brief,
            re.IGNORECASE,
        )
        for word in words
    )


def _opposed(one: str, other: str, distance: float = 0.0) -> bool:
    """Whether the ranges of the two words lie more than `distance` apart on some trait."""
    return any(
        trait is trait_other and max(low - high_other, low_other - high) > distance
        for trait, low, high in temperament()[one]
        for trait_other, low_other, high_other in temperament()[other]
    )


def _finding(dimension: Dimension, field: str, quote: str, severity: int, note: str) -> Finding:
    return Finding(dimension=dimension, field=field, quote=quote[:_QUOTE], severity=severity, note=note[:400])
