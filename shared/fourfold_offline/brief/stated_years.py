"""Further forms in which a brief states an age: a range, a year of birth, letters ("29F"), and words of other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain

from fourfold_offline.brief.matches import KIN, OLDEST, QuotedValue
from fourfold_offline.data_files import load
from fourfold_offline.grammar import spelled

_LONGEST_NUMBER = 5  # words: "quatre vingt dix neuf", with one to spare

_UNITS = {
    "fr": r"ans?",
    "it": r"ann[io]",
    "pt": r"anos?",
    "es": r"años?",
    "de": r"jahren?|jahre",
    "nl": r"jaar",
    "tr": r"yaş\w{0,40}",
    "ru": r"лет|года?",
    "pl": r"lata?",
    "sv": r"år",
}
_UNIT = {language: re.compile(rf"[\s-]{{1,9}}(?:{unit})\b", re.IGNORECASE) for language, unit in _UNITS.items()}
_WORD = re.compile(r"[^\W\d_]{1,40}(?:['’](?=\s|$))?")

# A span of years ("for thirty years", "twelve years ago", "of experience") is no age.
_SPAN_BEFORE = re.compile(
    r"(?:\b(?:for|in|after|since|over|past|last|depuis|pendant|durant|après|pour|dans|seit|vor|nach|über|während|desde|hace|hacía|"
    r"durante|tras|por|lleva|da|dal|per|dopo|há|faz|após|al|sinds|voor|över|sedan|i|через|за|уже|около|более|od|przez|po|przed)"
    r"|il y a|\bpiù di|\bmás de|\bmais de|\bplus de|\bmoins de|\bmehr als|\blast)\s{1,9}$",
    re.IGNORECASE,
)
_SPAN_AFTER = re.compile(
    r"\s{0,9}(?:of (?:exp|serv|marri|work|pract|trai|stud|teach|mar)|in the\b|on the job|fa\b|ago\b|atrás\b|geleden\b|назад|temu\b|sedan\b|önce|boyunca|d['’]|de (?:exp|m[ée]tier|mari|carri|cas|serv|trab|profes)|di (?:esp|matr|carr|serv|lav)"
    r"|erfahrung|ervaring|опыта|стажа|doświadczenia|erfarenhet|deneyim)",
    re.IGNORECASE,
)
_KIN_ABROAD = (
    r"(?:fill?e|fils|sœur|soeur|frère|mère|père|femme|mari|enfants?|hij[oa]s?|herman[oa]|madre|padre|espos[oa]|niet[oa]|"
    r"figli[oa]?|sorella|fratello|moglie|marito|nipote|filh[oa]s?|irmã[o]?|mãe|pai|net[oa]|tochter|söhne?|sohn|töchter|mutter|vater|schwester|bruder|enkel\w{0,40}|"
    r"dochter|zoon|moeder|vader|kızı|oğlu|annesi|babası|дочь\w{0,40}|дочери|сын\w{0,40}|мать|отец|мужа?|жен[аы]|córk\w{1,40}|syn\w{0,40}|mat[ck]\w{0,40}|dotter|söner|son|mor|far)"
)
_KIN_BEFORE = re.compile(
    rf"\b(?:dont l(?:a|e|es)|avec l(?:a|e|es)|cuy[oa]|cuj[oa]|(?:la|il) cui|deren|dessen|wiens|wier|чья|чей|sa|son|ses|leur|sus?|sua|suo|seine?[rmns]?|ihre?[rmns]?|zijn|haar|свое\w{{1,40}}|её|его|jego|jej|hans|hennes|sin|her|his|their|my|whose|the|with)\s{{1,9}}"
    rf"(?:[\w'’-]{{1,40}}\s{{1,9}}){{0,2}}?(?:{_KIN_ABROAD}|{KIN})\b[^.;!?]{{0,24}}$|\b(?:kızı|oğlu)\s{{1,9}}\w{{0,40}}\s{{0,9}}$",
    re.IGNORECASE,
)

_RANGE = re.compile(
    r"(?:\baged?:?\s{1,9})?(?:\b(?:between|entre|zwischen|tra|tussen)\s{1,9})?(?<![\w.,$€£#/-])(?P<low>\d{1,3})\s?(?:-|–|—|to|or|and|bis|und|à|et|o|ou|y|e|tot|en)\s?(?P<high>\d{1,3})"
    r"(?P<unit>[\s-]{0,9}(?:years?[\s-](?:old|of[\s-]age)|years?|yrs?(?:[\s.-]{0,9}old)?|y/?\.?o\.?|jahre|jährig\w{0,40}|ans|anni|anos|años|jaar|yaş\w{0,40}|лет|lat|år|歳|岁|세))?(?![\w/-])",
    re.IGNORECASE,
)
_ALONE_BEFORE, _ALONE_AFTER = re.compile(r"(?:^|[,;(–—|:])\s{0,9}$"), re.compile(r"\s{0,9}(?:$|[,;)–—|.]\s{0,9})")
_WIDEST_RANGE = 15  # years; a wider pair of numbers is no age

_LETTERED = re.compile(
    r"(?<![\w-])(?:(?P<after>\d{1,3})\s?/?\s?[mfwhMFWH](?=[\s,.;:)\]|/]|$)|[mfwMFW]\s?[/,]?\s?(?P<before>\d{1,3})(?=[\s,;)\]|/]|\.(?!\d)|$))"
)
_LEAST_LETTERED = 10  # years; "5F" is a floor or a foot
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_SPELLED = {spelled(number): number for number in range(10, 100)}
_NUMBER = rf"(?:\d{{2,3}}|{_TENS}(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|\w{{1,5}}teen)"
_STOPS = r"(?=\s{0,9}(?:[,.;)]|$)|\s{1,9}(?:in|from|and|who|with|this|next|on|soon|tomorrow)\b)"
_PLAIN_YEARS = re.compile(
    r"(?:(?:^|[,;(–—|])\s{0,9}(?P<listed>\d{1,3})\s{1,9}years(?=\s{0,9}(?:[,.;)|]|$)))"
    r"|(?<![\w.-])(?P<young>\d{1,3})[\s-]{1,9}(?:years?[\s-]{1,9}young|yrs?[\s-]{1,9}old|yrs?\.?(?=[\s,;)]|$)|y\.\s?o\.?|winters\b|summers\b)"
    rf"|\bturning\s{{1,9}}(?P<turning>{_NUMBER}){_STOPS}"
    rf"|\bnot\s{{1,9}}{_NUMBER},?\s{{1,9}}but\s{{1,9}}(?P<but>{_NUMBER}){_STOPS}"
    rf"|(?<![\w.-])(?P<odd>\d{{2}}|{_TENS})[\s-]odd{_STOPS}"
    r"|\b(?:past|approaching|nearing|celebrat\w{1,40})\s{1,9}(?:her|his|their|my)\s{1,9}(?P<birthday>\d{1,3})(?:st|nd|rd|th)\s{1,9}birthday\b"
    r"|(?:^|[,;(])\s{0,9}lat\s{1,9}(?P<lat>\d{1,3})(?=\s{0,9}(?:[,.;)]|$))"
    r"|\bof\s{1,9}(?P<of>\d{1,3})\s{1,9}(?:years|winters|summers)(?=\s{0,9}[,.;)]|\s{0,9}$|\s{1,9}who\b)"
    rf"|\b(?:pushing|approaching|nearing|around|about|roughly|circa|ca\.|approximately)\s{{1,9}}(?P<about>{_NUMBER})(?:{_STOPS}|(?=\s{{1,9}}years[\s-]old))"
    r"|(?<![\w.-])(?P<ish>\d{2})[\s-]?(?:ish|something)\b",
    re.IGNORECASE,
)

_DECADE_DIGITS = re.compile(
    r"\b(?:(?P<part>early|mid|middle|late)[\s-]{1,9}|(?:in|into)\s{1,9}(?:her|his|their|my)\s{1,9})(?P<tens>[2-9]0)['’]?s\b",
    re.IGNORECASE,
)
_DECADE_ABROAD = re.compile(
    r"\b(?P<part>Anfang|Mitte|Ende)\s{1,9}(?P<tens>zwanzig|dreißig|dreissig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)\b"
    r"|\b(?P<part2>Mitt|End)(?P<tens2>zwanzig|dreißig|dreissig|vierzig|fünfzig|sechzig|siebzig|achtzig)er(?:in)?\b",
    re.IGNORECASE,
)
_DECADE_NOUNS = {
    r"trentenaire|treintañer[oa]|trintona?|trentenne": 35,
    r"quadragénaire|cuarentona?|cuarentón|quarentona?|quarentão": 45,
    r"(?:dans (?:la|sa) )trentaine": 35,
    r"(?:dans (?:la|sa) )quarantaine": 45,
    r"(?:dans (?:la|sa) )cinquantaine|cinquantenaire(?! d)": 55,
    r"(?:dans (?:la|sa) )soixantaine": 65,
    r"quinquagénaire|cincuentona?|cincuentón|cinquentona?|cinquentão": 55,
    r"sexagénaire|sesentona?|sesentón|sexagenari[oa]|sessagenari[oa]|sessentona?": 65,
    r"septuagénaire|septuagenari[oa]|settuagenari[oa]": 75,
    r"octogénaire|octogenari[oa]|ottuagenari[oa]": 84,
    r"nonagénaire|nonagenari[oa]": 93,
}
_SHIFT = {"early": -3, "anfang": -3, "late": 3, "ende": 3, "end": 3}

_YEAR = r"(?P<year>1[89]\d\d|20\d\d)"
_BORN = (
    r"(?:born|née?|nat[ao]|nacid[oa]|nascid[oa]|geboren(?:e[rn]?)?|geb\.|born:|b\.|родил(?:ась|ся)|рожд[её]н\w{0,40}|urodzon[aey]|född|d\.?o\.?b\.?:?|birth(?: ?date| year)?:?"
    r"|year of birth:?|date of birth:?|jahrgang)"
)
_BIRTHS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\w){_BORN}(?:[\s:]{{1,9}}(?:[^\W\d_]{{1,12}}\.?,?|\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?,?)){{0,6}}?[\s:]{{1,9}}(?:\d{{1,2}}[./-]\d{{1,2}}[./-])?{_YEAR}(?!\d)(?:-\d\d-\d\d)?",
        rf"(?<!\w)(?:born\s{{1,9}})?[^\W\d_]{{0,10}}\s?\d{{1,2}}[./-]\d{{1,2}}[./-]{_YEAR}(?!\d)(?=\s{{1,9}}(?:doğumlu|born))",
        rf"(?<!\d){_YEAR}(?:[\s-]{{0,9}}(?:born|doğumlu|年生まれ|年(?:出)?生|년생|yılında doğ\w{{0,40}}|г(?:ода|\.)\s{{0,9}}р(?:ождения|\.)))",
        rf"(?<!\w){_BORN}\s{{1,9}}(?:in\s{{1,9}})?['’](?P<year>\d\d)(?!\d)",
        rf"(?:\*|†?\(\*?)\s?{_YEAR}\s?[-–—]?\s?\)",
        rf"(?<!\w)\*\s?(?:\d{{1,2}}[./-]\d{{1,2}}[./-])?{_YEAR}(?!\d)",
    )
)
_CENTURY = 100
# An age in a year that the brief names, and the year in which a school was left, from which no age follows.
_AGE_THEN = re.compile(
    rf"\b(?:who|she|he|they|I)\s{{1,9}}(?:was|were)\s{{1,9}}(?P<age>\d{{1,2}})\s{{1,9}}in\s{{1,9}}{_YEAR}\b",
    re.IGNORECASE,
)
_CLASS_OF = re.compile(r"\bclass of ['’]?\d{2,4}\b", re.IGNORECASE)
_OTHER_YEAR = re.compile(
    r"\b(?:in|it is|it's|year|set in|circa|of|around|until|by)\s{1,9}(1[0-9]\d\d|20\d\d)\b", re.IGNORECASE
)
_DATE = re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?=\d{4})")
_WHOSE_BIRTH = re.compile(
    rf"\b(?:her|his|their|my|whose|the|with|an?|two|three|and)\s{{1,9}}(?:[\w'’-]{{1,40}}\s{{1,9}}){{0,2}}?(?:{KIN}|house|building|company|town|child)\b[^.;!?]{{0,30}}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _NumberWords:
    """Numbers 1-99 in words by language, without hyphens; and words that contain a number and mean so many years old."""

    numbers: dict[str, dict[str, int]]
    adjectives: dict[str, int]


@cache
def _number_words() -> _NumberWords:
    return load("number_words", _NumberWords)


@cache
def _adjective() -> re.Pattern[str]:
    stems = sorted(_number_words().adjectives, key=len, reverse=True)
    written = "|".join(stem.replace("ss", "(?:ss|ß)") for stem in stems)
    return re.compile(rf"(?<!\w)({written})\w{{0,4}}", re.IGNORECASE)


def further_age(brief: str, today: date) -> QuotedValue | None:
    """The age the brief states in the first of this module's forms that it has, or None."""
    forms = (_in_words(brief), _lettered(brief), _ranged(brief), _plain(brief), _born(brief, today), _in_decades(brief))
    return next(chain.from_iterable(forms), None)


def unread_birth(brief: str, today: date) -> str | None:
    """The words of a year that no age of today follows from ("born in 1852", "class of 1999"), or None."""
    of_school = _CLASS_OF.search(brief)
    if of_school is not None:
        return of_school.group()
    for pattern in _BIRTHS:
        for match in pattern.finditer(brief):
            if _WHOSE_BIRTH.search(brief[: match.start()]) is None and _age_from(brief, match, today) is None:
                return match.group().strip()
    return None


def _in_words(brief: str) -> Iterator[QuotedValue]:
    words = list(_WORD.finditer(brief))
    numbers = _number_words().numbers
    for place, first in enumerate(words):
        for size in range(min(_LONGEST_NUMBER, len(words) - place), 0, -1):
            last = words[place + size - 1]
            phrase = re.sub(r"[\s-]+", " ", brief[first.start() : last.end()].casefold().replace("’", "'"))
            read = next(
                (
                    (numbers[language][phrase], match.end())
                    for language, unit in _UNIT.items()
                    if phrase in numbers[language] and (match := unit.match(brief, last.end()))
                ),
                None,
            )
            if read is None:
                continue
            number, end = read
            if _is_own(brief, first.start(), end):
                yield QuotedValue(str(number), brief[first.start() : end])
            break
    for match in _adjective().finditer(brief):
        if _is_own(brief, match.start(), match.end()):
            yield QuotedValue(str(_number_words().adjectives[match[1].casefold()]), match.group())


def _lettered(brief: str) -> Iterator[QuotedValue]:
    for match in _LETTERED.finditer(brief):
        number = int(match["after"] or match["before"])
        if _LEAST_LETTERED <= number <= OLDEST and _is_own(brief, match.start(), match.end()):
            yield QuotedValue(str(number), match.group().strip())


def _ranged(brief: str) -> Iterator[QuotedValue]:
    """The middle of the range, rounded down."""
    for match in _RANGE.finditer(brief):
        low, high = int(match["low"]), int(match["high"])
        named = match["unit"] is not None or match.group().casefold().startswith("age")
        alone = _ALONE_BEFORE.search(brief[: match.start()]) and _ALONE_AFTER.match(brief, match.end())
        plausible = low < high <= OLDEST and high - low <= _WIDEST_RANGE
        if plausible and (named or alone) and _is_own(brief, match.start(), match.end()):
            yield QuotedValue(str((low + high) // 2), match.group().strip())


def _plain(brief: str) -> Iterator[QuotedValue]:
    for match in _PLAIN_YEARS.finditer(brief):
        text = next(text for text in match.groups() if text is not None).casefold()
        number = int(text) if text.isdigit() else _SPELLED.get(re.sub(r"\s{1,9}", "-", text), 0)
        number += 5 * match.group().casefold().endswith(("something", "odd"))
        if 0 < number <= OLDEST and _is_own(brief, match.start(), match.end()):
            yield QuotedValue(str(number), match.group().strip(" ,;(–—|\n"))


def _born(brief: str, today: date) -> Iterator[QuotedValue]:
    for pattern in _BIRTHS:
        for match in pattern.finditer(brief):
            age = _age_from(brief, match, today)
            if age is not None and _WHOSE_BIRTH.search(brief[: match.start()]) is None:
                yield QuotedValue(str(age), match.group().strip())
    for match in _AGE_THEN.finditer(brief):
        age = today.year - int(match["year"]) + int(match["age"])
        if 0 <= age <= OLDEST and _is_own(brief, match.start(), match.end()):
            yield QuotedValue(str(age), match.group())


def _age_from(brief: str, match: re.Match[str], today: date) -> int | None:
    """The age today; None if it is not of a living person, or the brief names another present year."""
    year = int(match["year"])
    if year < _CENTURY:  # "born '84"
        year += (
            today.year // _CENTURY * _CENTURY
            if year <= today.year % _CENTURY
            else (today.year // _CENTURY - 1) * _CENTURY
        )
    others = (int(other[1]) for other in _OTHER_YEAR.finditer(brief) if other.start(1) != match.start("year"))
    age = today.year - year
    written = _DATE.search(match.group())
    if written is not None and (int(written["month"]), int(written["day"])) > (today.month, today.day):
        age -= 1
    return age if 0 <= age <= OLDEST and not any(other > year for other in others) else None


def _in_decades(brief: str) -> Iterator[QuotedValue]:
    for match in _DECADE_DIGITS.finditer(brief):
        if _KIN_BEFORE.search(brief[: match.start()]) is None:
            middle = int(match["tens"]) + 5
            yield QuotedValue(str(middle + _SHIFT.get((match["part"] or "").casefold(), 0)), match.group())
    for match in _DECADE_ABROAD.finditer(brief):
        part, tens = (match["part"] or match["part2"]).casefold(), (match["tens"] or match["tens2"]).casefold()
        yield QuotedValue(str(_number_words().numbers["de"][tens] + 5 + _SHIFT.get(part, 0)), match.group())
    for pattern, years in _DECADE_NOUNS.items():
        found = re.search(rf"\b(?:{pattern})\b", brief, re.IGNORECASE)
        if found is not None:
            yield QuotedValue(str(years), found.group())


def _is_own(brief: str, start: int, end: int) -> bool:
    """Whether the words are the person's own age: no span of time, and not of a relative."""
    before = brief[:start]
    return not (_SPAN_BEFORE.search(before) or _SPAN_AFTER.match(brief, end) or _KIN_BEFORE.search(before))
