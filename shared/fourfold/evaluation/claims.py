"""The claims ledger: facts that a brief states in words which code can find again, each with its place in the brief.

It reads ages, years, other numbers, names and places (capitalised words), quoted words, and the facts that a parse of
the brief found. The same ledger is held to both arms. What it cannot see: facts without such a word ("lost the family
shop"), names in scripts without capitals, a name at the beginning of a sentence unless a number follows, numbers in
words of other languages than English, whose age a second age is, and whether a sentence denies a fact. In the persona,
numbers from two to twelve are read in seven languages (`number_words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from fourfold.constraints import Fact, Span
from fourfold.persona import Document
from fourfold.provocation.language import language_of
from fourfold.text_rules import normalized

MAX_CLAIMS: Final = 40
Kind = Literal["age", "year", "number", "name", "place", "occupation", "quote"]

_OLDEST = 120
_YEARS = range(1500, 2101)
_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: Final[dict[str, int]] = {
    **{word: number for number, word in enumerate((*_UNITS, *_TEENS), start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
    **{f"{tens}-{unit}": 10 * ten + one for ten, tens in enumerate(_TENS, 2) for one, unit in enumerate(_UNITS, 1)},
}
_WORD_NUMBER = rf"(?:(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_UNITS)}))?|{'|'.join(_TEENS)}|{'|'.join(_UNITS[1:])})"
_HAN_DIGITS: Final = "一二三四五六七八九"
# Neither a part of a word, of a time, a date, a price or a decimal, nor behind a sign.
NUMBER: Final = re.compile(
    rf"(?<![A-Za-z_])(?<![\d$€£#%-])(?<!\d[.,:/])(?:\d{{1,4}}(?![\d%]|[.,:/]\d|/)(?![A-Za-z_])"
    rf"|\b{_WORD_NUMBER}\b(?!-(?!years?-old)\w)|(?:[{_HAN_DIGITS}]?十[{_HAN_DIGITS}]?|[{_HAN_DIGITS}])(?=\s?[歳才岁歲]))",
    re.IGNORECASE,
)
# `time`: "38 ans" may be how long something took, "38-year-old" may not.
_AGE_UNIT = re.compile(
    r"[\s-]{0,2}(?:years?[\s-]old|years? of age|y/?o\b|-?jährig\w{0,3}|yaşında|歳|才|岁|歲|세|살|عام|سنة|साल|वर्ष)"
    r"|\s(?P<time>ans|anni|años|anos|Jahre|лет|года|год)\b",
    re.IGNORECASE,
)
_STANDS_ALONE = re.compile(r"\s{0,3}(?:$|[,.;:)–—،。、,]|(?:and|who|from|in|but|with|he|she)\b)")
_BEFORE_AGE = re.compile(
    r"(?:^|[,;(–—،、,]|\b(?:aged?|age of|is|turned|now|at|à|con|mit|tiene|tem|ha|ist|est)|عمره|عمرها)\s{0,3}$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:>\n。！？])[\s\"'“”„«(\[]{0,4}$")
# Words of a German text that is too short for `language_of`; none is a word of the other languages read here.
_GERMAN = frozenset({"aus", "und", "eine", "einen", "ihre", "ihren", "seine", "seinen", "jedem", "jeden", "zum", "zur"})
_PLACE_WORDS = frozenset({"aus", "in", "bei", "nach", "from", "near", "at"})
_QUOTES = re.compile(r"“([^“”]{2,60})”|„([^„“”]{2,60})[“”]|«([^«»]{2,60})»|「([^「」]{2,60})」|\"([^\"]{2,60})\"")
_COUNTED = re.compile(r"\s([^\W\d_]{3,40})")
_CAPITALS_OF_TITLES = 0.5
_CONTEXT = 12


class Claim(Document):
    """One fact of a brief: its words, its plain value ("34"), and where the words are.

    `counted` is the word after a number ("daughters").
    """

    kind: Kind
    text: str
    value: str
    span: Span
    counted: str | None = None


_KIND_OF_FACT: Final[dict[str, Kind]] = {
    "surface.age": "age",
    "surface.name": "name",
    "surface.location": "place",
    "surface.occupation": "occupation",
}


def claims_of(brief: str, facts: Iterable[Fact] = ()) -> tuple[Claim, ...]:
    """The facts of a brief in their order, at most MAX_CLAIMS.

    Args:
        brief: the text as it came.
        facts: what a parse of the brief found. Give both arms the same ones. They take precedence over what code reads
            at the same place; facts of no field of the surface are left out.
    """
    found = [
        Claim(kind=_KIND_OF_FACT[fact.field], text=fact.quote, value=fact.value, span=fact.span)
        for fact in facts
        if fact.field in _KIND_OF_FACT
    ]
    for claim in (*_quotes(brief), *_numbers(brief, has_age=any(each.kind == "age" for each in found)), *_names(brief)):
        if not any(_overlap(claim.span, known.span) for known in found):
            found.append(claim)
    return tuple(sorted(found, key=lambda claim: claim.span.start)[:MAX_CLAIMS])


def number_value(text: str) -> int:
    """The value of a text that NUMBER matches."""
    if text.isdecimal():
        return int(text)
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    tens, ten, ones = text.rpartition("十")
    return (_HAN_DIGITS.find(tens) + 1 or 1) * 10 * bool(ten) + _HAN_DIGITS.find(ones) * bool(ones) + bool(ones)


def plain_words(text: str) -> list[str]:
    """The words of a text as claims are compared: compatibility form, folded case."""
    return re.findall(r"\w+", normalized("NFKC", text).casefold())


def _quotes(brief: str) -> Iterator[Claim]:
    for match in _QUOTES.finditer(brief):
        group = match.lastindex or 0
        is_code = brief[match.end() :].lstrip()[:1] in set(":}]") or brief[: match.start()].rstrip()[-1:] in set(
            "{[:=("
        )
        if not is_code and re.search(r"\w", match[group]):
            start, end = match.span(group)
            text = brief[start:end]
            yield _claim("quote", brief, end - len(text.lstrip()), start + len(text.rstrip()))


def _numbers(brief: str, *, has_age: bool) -> Iterator[Claim]:
    """Numbers; the first that reads as an age is the person's own."""
    kind: Kind
    for match in NUMBER.finditer(brief):
        value = number_value(match.group())
        if not has_age and value <= _OLDEST and _reads_as_age(brief, match):
            has_age, kind = True, "age"
        else:
            kind = "year" if value in _YEARS and match.group().isdecimal() else "number"
        counted = _COUNTED.match(brief, match.end())
        yield Claim(
            kind=kind,
            text=match.group(),
            value=str(value),
            span=Span(start=match.start(), end=match.end()),
            counted=None if kind != "number" or counted is None else counted[1],
        )


def _reads_as_age(brief: str, match: re.Match[str]) -> bool:
    opens = _BEFORE_AGE.search(brief, max(0, match.start() - _CONTEXT), match.start()) is not None
    unit = _AGE_UNIT.match(brief, match.end())
    if unit is not None:
        return opens or unit["time"] is None or brief[: match.start()].endswith(" de ")
    return opens and _STANDS_ALONE.match(brief, match.end()) is not None


def _names(brief: str) -> Iterator[Claim]:
    """Runs of capitalised words that do not merely begin a sentence.

    Where every noun has a capital, as in German and in titles, only what follows a word such as "aus" or "from", and a
    run at the beginning with a number behind it ("Hannelore Wittig, 73").
    """
    words = list(_WORD.finditer(brief))
    first = [_SENTENCE_START.search(brief, max(0, word.start() - _CONTEXT), word.start()) is not None for word in words]
    capital = [_has_capital(word.group()) for word in words]
    inner = [has for has, begins in zip(capital, first, strict=True) if not begins]
    language = language_of(brief)
    is_german = language == "de" or (language is None and any(word.group() in _GERMAN for word in words))
    nouns = is_german or sum(inner) > _CAPITALS_OF_TITLES * len(inner)
    place = 0
    while place < len(words):
        end = place
        while (
            end < len(words)
            and capital[end]
            and (end == place or brief[words[end - 1].end() : words[end].start()] == " ")
        ):
            end += 1
        if end > place:
            numbered = re.match(r",\s{0,2}\d", brief[words[end - 1].end() :]) is not None
            after_preposition = place > 0 and words[place - 1].group().casefold() in _PLACE_WORDS
            if nouns and after_preposition:
                end = place + 1
            named = after_preposition if nouns else (not first[place] or end > place + 1)
            if named or (first[place] and numbered and end > place + 1):
                yield _claim("name", brief, words[place].start(), _without_suffix(brief, words[end - 1]))
        place = max(end, place + 1)


def _has_capital(word: str) -> bool:
    """Whether a word is written as a name: not "I", and no acronym."""
    return len(word) > 1 and word[0].isupper() and not word.isupper() and not word.startswith(("I'", "I’"))


def _without_suffix(brief: str, word: re.Match[str]) -> int:
    """The end of a name without what an apostrophe joins to it ("Ankara'da", "Dot's")."""
    stem = re.split(r"['’](?=[^\W\d_]*$)", word.group())[0]
    return word.start() + (
        len(stem) if stem and brief[word.start() + len(stem) + 1 :][:1].islower() else len(word.group())
    )


def _claim(kind: Kind, brief: str, start: int, end: int) -> Claim:
    return Claim(kind=kind, text=brief[start:end], value=brief[start:end], span=Span(start=start, end=end))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
