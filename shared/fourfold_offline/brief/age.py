"""Finds the age that a brief states of its person, not of relatives or things, and impossible ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fourfold_offline.brief.matches import KIN, OLDEST, QuotedValue, words_before
from fourfold_offline.brief.stated_years import further_age
from fourfold_offline.grammar import spelled

_WORD_NUMBERS = {spelled(number): number for number in range(1, 100)}
_WORD_NUMBERS |= {word.replace("-", " "): number for word, number in list(_WORD_NUMBERS.items())}
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_WORDS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_ONES}))?|{_ONES}"
)
_NUMBER = rf"(?<![\w.$€£#-])(?P<age>\d{{1,4}}|{_WORDS})"
_THINGS = (
    r"marriage|compan(?:y|ies)|shop|bakery|car|boat|house|building|business|bottle|whisky|whiskey|wine|career|bus|tram|ship|ferry|truck|van|tradition|secret|"
    r"tree|feud|grudge|violin|cello|guitar|piano|firm|recipe|bridge|church|lighthouse|mill|farm|vineyard|restaurant|bar|motorcycle|bike|laptop|radio|letter|case|murder|crime|war"
)
_COUNTED = r"(?!\s{0,9}(?:children|kids|daughters|sons|boys|girls|grandchildren|cats|dogs|siblings|brothers|sisters))"
_ENDS = r"(?=\s{0,9}(?:[,.;:!?)\]–—|]|$|years?[\s-]old\b|and\b|but\b|now\b|today\b|from\b|in\b|at\b|on\b|who\b|with\b|this\b|next\b|when\b|yesterday\b|last\b|tomorrow\b))(?!\s{1,9}in\s{1,9}(?:a|the)\s{1,9}(?:million|row))"
_SUBJECT = r"(?:she|he|they|who|I|that|name)"
_HEADS = r"(?:woman|man|girl|boy|person|widow|widower|lady|guy|teen|teenager|bachelor|spinster|child|kid|lad|gentleman|fellow)"
_PARENTS = r"(?:mother|father|mum|mom|dad|parent|grandmother|grandfather)"

_AGES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NUMBER}[\s-]{{1,9}}years?[\s-]{{1,9}}old\b",
        rf"{_NUMBER}[\s-]{{0,9}}(?:y/?o|yrs?\s{{1,9}}old|yo)\b",
        rf"{_NUMBER}[\s-]{{1,9}}years?[\s-]{{1,9}}of[\s-]{{1,9}}age\b",
        rf"\b(?:aged|age[d]?\s{{0,9}}[:=]?)\s{{1,9}}{_NUMBER}\b(?!\s{{0,9}}(?:year|month|when|she|he|they)|\s?(?:-|–|to|or|and)\s?\d)",
        rf"\b{_HEADS}\s{{1,9}}of\s{{1,9}}{_NUMBER}\b{_COUNTED}",
        rf"\b{_PARENTS}\s{{1,9}}of\s{{1,9}}(?P<age>2[5-9]|[3-9]\d)\b{_COUNTED}",  # too many to be a number of children
        rf"\b{_SUBJECT}(?:'s|’s|'re|’re|'m|’m|\s{{1,9}}am|\s{{1,9}}is|\s{{1,9}}are|\s{{1,9}}just turned|\s{{1,9}}has turned|\s{{1,9}}turned|\s{{1,9}}turns)\s{{1,9}}(?:now\s{{1,9}}|almost\s{{1,9}}|nearly\s{{1,9}}|only\s{{1,9}}|just\s{{1,9}}|already\s{{1,9}})?{_NUMBER}\b{_ENDS}",
        rf"\b(?:she|he|I|they)\b(?:(?!\b(?:{KIN}|who|that)\b)[^.;!?]){{0,80}}?\band\s{{1,9}}(?:is|am|are)\s{{1,9}}{_NUMBER}\b{_ENDS}",
        rf"\b(?:(?:is|am|are)\s{{1,9}})?now\s{{1,9}}(?:aged\s{{1,9}})?{_NUMBER}\b{_ENDS}",
        rf"^\s{{0,9}}[\w'’-]{{1,40}}(?:\s{{1,9}}[\w'’-]{{1,40}}){{0,2}}\s{{1,9}}is\s{{1,9}}{_NUMBER}\b{_ENDS}",
        rf"\((?:age[d]?:?\s{{1,9}})?{_NUMBER}\)",
        rf"(?:^|,|;|–|—|\||\.\s)\s{{0,9}}(?!one\b){_NUMBER}\s{{0,9}}(?=,|;|\.(?!\d)|$|–|—|\||\)|\n|\s{{1,9}}and\s{{1,9}}(?:from|living|single|divorced|married|widowed|retired)|\s{{1,9}}years?\s{{1,9}}old|\s{{1,9}}from\b|\s{{1,9}}in\s{{1,9}}(?!a\s)|\s{{1,9}}who\b|\s{{1,9}}with\b|\s{{1,9}}whose\b)",
        rf"^\s{{0,9}}(?:[mf]\s{{0,9}}[/,]\s{{0,9}})?{_NUMBER}\s{{0,9}}/",
        rf"\b(?:single|divorced|married|widowed|bitter|tired|alone|lonely|retired|bald|broke)\s{{1,9}}and\s{{1,9}}{_NUMBER}\s{{0,9}}$",
        rf"^\s{{0,9}}{_NUMBER}\s{{0,9}}[,;:]?\s{{1,9}}(?=[mf]\b|male|female|woman|man)",
        rf"\b(?:almost|nearly|barely|just|newly)\s{{1,9}}{_NUMBER}\b(?=\s{{0,9}}[,.;]|\s{{0,9}}$|\s{{1,9}}and\b)",
        rf"{_NUMBER}[\s-]{{1,9}}(?:jährige[rnms]?|Jahre)\b",
        rf"{_NUMBER}\s{{1,9}}(?:yaşında\w{{0,40}}|años|ans|anni|anos|jaar|lat|let|år|tahun|tuổi|ani|éves|vuotta|лет|года|год|ετών|χρονών|歳|才|岁|歲|세|살|عاما|عامًا|سنة|ساله|साल|वर्षीय|ปี|שנים)",
        r"(?<!\d)(?P<age>\d{1,3})\s{0,9}(?:-?jährige[rnms]?|-?vuotias|-?letn\w{1,40}|-?letý|-?letá|-årig|歳|才|岁|歲|세|살|ปี)",
        r"(?:בת|בן|في)\s{1,9}(?P<age>\d{1,3})",
        r"(?P<age>[一二三四五六七八九十]{1,4})\s{0,9}(?:歳|才|岁|歲)",
    )
)
_NOT_ONES_OWN = re.compile(
    # A possessive, some words, a relative or a thing, perhaps a name, and then the number.
    rf"(?:\b(?:her|his|their|my|our|its|whose|the|with|has|have|having|raising|raises|lost|loves|and\s{{1,9}}(?:an?|two|three|four|five|her|his|their)|to|of)\s{{1,9}}"
    rf"(?:(?!and\b|who\b)[\w'’-]{{1,40}}\s{{1,9}}){{0,3}}?)(?P<kin>{KIN}|{_THINGS})(?:,?\s{{1,9}}[A-ZÀ-Þ][\w’'-]{{1,40}})?\s{{0,9}}[,(:]?\s{{0,9}}(?:who\s{{1,9}}|which\s{{1,9}})?(?:is|are|was|were|aged?|turns|turned)?\s{{0,9}}(?:now|just|almost|only|about)?\s{{0,9}}$",
)
_OWN_DESPITE = re.compile(
    r"\band\s{1,9}an?\s{1,9}(?:mother|father|wife|husband|grandmother|grandfather)\s{0,9},?\s{0,9}$", re.IGNORECASE
)
_OPENS_WITH_KIN = re.compile(
    rf"\s{{0,9}}(?:my|our)\s{{1,9}}(?:[\w-]{{1,40}}\s{{1,9}})?(?:{KIN})(?:,?\s{{1,9}}[A-ZÀ-Þ][\w’'-]{{1,40}})?\s{{0,9}},?\s{{0,9}}(?:who\s{{1,9}})?(?:is|was|aged?)?\s{{0,9}}$",
    re.IGNORECASE,
)
_NOTHING_OWN = re.compile(
    r"\b(?:when|since|before|after|until|till|once|as|because|by the time)\s{1,9}$|\b(?:not|never|no longer|than|over|under)\s{1,9}$",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"\b(?:her|his|their|my|our|whose|with|and|has|have|had|to|by|loves?|loved|raising|raises|married|marry|marries|murdered|killed|teaches|owns|keeps|drives|restores|from|between|two|three)\s{1,9}(?:an?\s{1,9}|the\s{1,9}|her\s{1,9}|his\s{1,9}|their\s{1,9}|two\s{1,9}|three\s{1,9})?$"
    rf"|\b{_PARENTS}\s{{1,9}}(?:of|to)\s{{1,9}}(?:an?\s{{1,9}}|the\s{{1,9}})?$|\bof\s{{1,9}}(?:her|his|their)\s{{1,9}}$",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(
    rf"[\s,-]{{0,9}}(?:[\w'’]{{1,40}}[\s-]{{1,9}}){{0,1}}?(?:(?P<kin>{KIN})|(?P<thing>{_THINGS}))\b(?![\s-]{{1,9}}(?:captain|\w{{2,}}(?:er|or|ist|man|woman|keep|smith|wright|hand)\b))",
    re.IGNORECASE,
)
_CHILDLIKE = re.compile(
    r"(?:step|grand)?(?:daughter|son|child|kid|boy|girl|twin|bab|triplet|niece|nephew|children)", re.IGNORECASE
)
_A_CHILD, _A_PARENT = 20, 50  # years: the greatest age of a child in doubt, the least age of a parent in doubt

_DECADES = {"twenties": 25, "thirties": 35, "forties": 45, "fifties": 55, "sixties": 65, "seventies": 75, "eighties": 85, "nineties": 94, "teens": 15}  # fmt: skip
_DECADE_WORD = (
    r"(twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|teens|20s|30s|40s|50s|60s|70s|80s|90s)\b"
)
_DECADE = re.compile(
    rf"\b(?:in\s{{1,9}})?(?:her|his|their|my)\s{{1,9}}(?:(early|mid|middle|late)[\s-]{{0,9}})?{_DECADE_WORD}|(?<!the )\b(early|mid|late)[\s-]{_DECADE_WORD}",
    re.IGNORECASE,
)
_SOMETHING = re.compile(r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty)[\s-]?something\b", re.IGNORECASE)
_NAMED_AGES = {"teenage": 16, "teenager": 16, "toddler": 2, "newborn": 0, "octogenarian": 84, "septuagenarian": 75, "sexagenarian": 65, "nonagenarian": 93, "centenarian": 101, "preteen": 11}  # fmt: skip
_NAMED_RANGES = {"teenage": (13, 19), "teenager": (13, 19), "toddler": (1, 4), "newborn": (0, 0), "octogenarian": (80, 89), "septuagenarian": (70, 79), "sexagenarian": (60, 69), "nonagenarian": (90, 99), "centenarian": (100, 120), "preteen": (9, 12)}  # fmt: skip
_NAMED = re.compile(rf"\b({'|'.join(_NAMED_AGES)})\b", re.IGNORECASE)
_NAMED_FIRST = re.compile(
    rf"^\s{{0,9}}(?:(?:an?|the|meet)\s{{1,9}})?(?:[\w-]{{1,40}}\s{{1,9}})?({'|'.join(_NAMED_AGES)})\b", re.IGNORECASE
)
_SOMEONES = re.compile(
    r"\b(?:of|his|her|their|with|to|like|and|raises|raising)\s{1,9}(?:an?\s{1,9}|two\s{1,9}|three\s{1,9})?(?:\w{1,40}\s{1,9})?$"
)
_SHIFT = {"early": -3, "late": 3}
_BELOW_ZERO = re.compile(r"(?:(?<![\w-])[-−]\s?\d{1,4}|\bminus \w{1,40})[\s-]{1,9}years?[\s-]{1,9}old\b", re.IGNORECASE)
_KANJI = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    found: QuotedValue
    doubtful: bool  # follows a relative of theirs; used only where no other number gives the age


def find_ages(brief: str) -> list[QuotedValue]:
    """The stated age, or two where the brief contradicts itself; approximate ages only where no exact one is stated."""
    found = list(_candidates(brief))
    candidates = [item for item in found if item.number <= OLDEST]
    sure = [item for item in candidates if not item.doubtful]
    kept = sure or candidates
    if not sure:
        further = further_age(brief, datetime.now(UTC).date())
        if further is not None:
            return [further]
    if not kept:
        return [] if found else _about(brief)
    ages = list({item.number: item.found for item in reversed(kept)}.values())[::-1]
    return [*ages, *_denied_by_a_word(brief, kept[0].number)][:2]


def impossible_ages(brief: str) -> list[QuotedValue]:
    """Stated ages beyond 120 years or below zero."""
    beyond = [item.found for item in _candidates(brief) if item.number > OLDEST]
    below = [QuotedValue(f"{match.group().strip()}", match.group()) for match in _BELOW_ZERO.finditer(brief)]
    return [*beyond, *below][:1]


def _candidates(brief: str) -> Iterator[_Candidate]:
    seen: set[int] = set()
    for pattern in _AGES:
        for match in pattern.finditer(brief):
            number = _number(match["age"])
            quote = match.group().strip(" ,;–—|().\n\t")
            start = match.start("age")
            if number is None or not quote or start in seen or (number == 0 and "old" not in quote):
                continue
            seen.add(start)
            if number > OLDEST and "old" not in quote.casefold() and "age" not in quote.casefold():
                continue  # a large number alone is a house number, a year or a sum
            whose = _ownership(brief, match, number)
            if whose is not None:
                value = str(number) if number <= OLDEST else f"{number} years old"
                yield _Candidate(number, QuotedValue(value, quote), whose == "doubtful")


def _ownership(brief: str, match: re.Match[str], number: int) -> str | None:
    """ "own", "doubtful", or None where the age is that of a relative or a thing."""
    before, first = words_before(brief, match.start("age")), words_before(brief, match.start())
    if _NOTHING_OWN.search(first):
        return None
    after = _NOUN_AFTER.match(brief, match.end()) if match.group().casefold().endswith(("old", "yo", "y/o")) else None
    if after is not None and (after["thing"] or not _opens(brief, match.start())):
        return None
    if (
        after is None
        and _LINKED.search(before)
        and re.match(r"\w", match.group())
        and match["age"] == match.group()[: len(match["age"])]
    ):
        return None
    kin = _NOT_ONES_OWN.search(before)
    if kin is None or _OWN_DESPITE.search(before) or _OPENS_WITH_KIN.match(before[: kin.end()]):
        return "own"
    child = _CHILDLIKE.match(kin["kin"]) is not None
    return "doubtful" if (number > _A_CHILD if child else number <= _A_PARENT) else None


def _opens(brief: str, start: int) -> bool:
    """Whether a sentence or a copula begins just before `start`: there the noun after the age is the person."""
    return (
        re.search(
            r"(?:^|[.!?;:,\n]|\b(?:is|am|was|as|meet|about|called \w{1,40}|named \w{1,40}|of))\s{0,9}(?:an?\s{1,9}|the\s{1,9}|this\s{1,9})?(?:[\w-]{1,40},?\s{1,9})?$",
            words_before(brief, start),
            re.IGNORECASE,
        )
        is not None
    )


def _denied_by_a_word(brief: str, age: int) -> list[QuotedValue]:
    """A word at the beginning ("toddler", "teenage") that contradicts the stated number."""
    match = _NAMED_FIRST.match(brief)
    if match is None:
        return []
    low, high = _NAMED_RANGES[match.group(1).casefold()]
    return [] if low <= age <= high else [QuotedValue(str(_NAMED_AGES[match.group(1).casefold()]), match.group(1))]


def _about(brief: str) -> list[QuotedValue]:
    match = _DECADE.search(brief)
    if match is not None:
        word = (match.group(2) or match.group(4)).lower()
        middle = _DECADES[word] if word in _DECADES else int(word[:2]) + 5
        return [
            QuotedValue(str(middle + _SHIFT.get((match.group(1) or match.group(3) or "").lower(), 0)), match.group())
        ]
    match = _SOMETHING.search(brief)
    if match is not None:
        return [QuotedValue(str(_WORD_NUMBERS[match.group(1).lower()] + 5), match.group())]
    for match in _NAMED.finditer(brief):
        if _SOMEONES.search(words_before(brief, match.start())) is None:
            return [QuotedValue(str(_NAMED_AGES[match.group(1).casefold()]), match.group())]
    return []


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    if text[0] in _KANJI or text[0] == "十":
        tens, ten, ones = text.rpartition("十")
        return (_KANJI.get(tens, 1 if ten and not tens else 0)) * 10 * bool(ten) + _KANJI.get(ones, 0) or None
    return _WORD_NUMBERS.get(text.casefold())
