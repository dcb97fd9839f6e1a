"""Finds age, gender and given name in a brief, each with the words it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fourfold.models.offline.grammar import Gender, spelled


@dataclass(frozen=True, slots=True)
class Found:
    """A plain value and the words of the brief it rests on."""

    value: str
    quote: str


_OLDEST = 120
_WORD_NUMBERS = {spelled(number): number for number in range(1, 100)}
_WORD_NUMBERS |= {word.replace("-", " "): number for word, number in list(_WORD_NUMBERS.items())}
_WORDS = "|".join(sorted((re.escape(word) for word in _WORD_NUMBERS), key=len, reverse=True))
_NUMBER = rf"(?<![\w.$€£-])(\d{{1,3}}|{_WORDS})"
_NOT_THEIRS = (
    r"(?!\s*,?\s*(?:-\s*)?(?:daughter|son|twins?|child|children|kids?|brother|sister|niece|nephew|grandson|granddaughter|dog|cat|"
    r"horse|mule|parrot|marriage|company|shop|bakery|car|boat|house|building|business|bottle|whisky|career|mother|father|wife|husband|"
    r"girlfriend|boyfriend|bus|tram|ship|ferry|truck|tradition|secret|tree|feud|grudge|violin|piano|firm)\b)"
)
_AGES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NUMBER}[\s-]+years?[\s-]+old\b{_NOT_THEIRS}",
        rf"{_NUMBER}[\s-]*(?:y/?o|yrs?\s+old|yo)\b",
        rf"{_NUMBER}[\s-]+years?[\s-]+of[\s-]+age\b",
        rf"\b(?:aged|age[d]?:?)\s+{_NUMBER}\b(?!\s*(?:year|month|when|she|he|they))",
        rf"\b(?:woman|man|girl|boy|person|mother|father|widow|widower|lady|guy|teen|teenager)\s+of\s+{_NUMBER}\b",
        rf"\b(?:she|he|they|who)(?:'s|'re|\s+is|\s+are|\s+just turned|\s+has turned|\s+turned|\s+turns)\s+(?:now\s+|almost\s+|nearly\s+|only\s+)?{_NUMBER}\b(?!\s*(?:years? (?:in|into|sober|younger|older|ahead)|minutes?|weeks?|months?|days?|percent|feet|meters|metres|miles|km|kilo\w*|pounds|%|/|people|points|generations?))",
        rf"\((?:age\s+)?{_NUMBER}\)",
        rf"(?:^|,|;|–|—|\|)\s*{_NUMBER}\s*(?=,|;|\.|$|–|—|\||\s+and\s+(?:from|living|single|divorced)|\s+years?\s+old|\s+from\b|\s+in\b|\s+who\b)",
        rf"^\s*{_NUMBER}\s*[,;:]?\s+(?=[mf]\b|male|female|woman|man)",
        rf"\b(?:almost|nearly|barely|just|newly)\s+{_NUMBER}\b(?=\s*[,.;]|\s*$|\s+and\b)",
        rf"{_NUMBER}[\s-]+(?:jährige[rn]?|Jahre)\b",
        rf"{_NUMBER}\s+(?:yaşında\w*|años|ans|anni|anos|jaar|lat|let|år|tahun|tuổi|ani|éves|лет|года|год|ετών|χρονών|歳|才|岁|歲|세|살|عاما|عامًا|سنة|साल|वर्षीय|ปี|שנים)",
        r"(?<!\d)(\d{1,3})\s*(?:歳|才|岁|歲|세|살|ปี)",
        r"(?:בת|בן|في)\s+(\d{1,3})",
    )
)
_DECADES = {
    "twenties": 25,
    "thirties": 35,
    "forties": 45,
    "fifties": 55,
    "sixties": 65,
    "seventies": 75,
    "eighties": 85,
    "nineties": 94,
    "teens": 15,
}
_DECADE = re.compile(
    r"\b(?:in\s+)?(?:her|his|their)\s+(?:(early|mid|middle|late)[\s-]*)?(twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|teens|20s|30s|40s|50s|60s|70s|80s|90s)\b",
    re.IGNORECASE,
)
_SOMETHING = re.compile(r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty)[\s-]?something\b", re.IGNORECASE)
_NAMED_AGES = {"teenage": 16, "teenager": 16, "toddler": 2, "newborn": 0, "octogenarian": 84, "septuagenarian": 75, "sexagenarian": 65, "nonagenarian": 93, "centenarian": 101, "preteen": 11}  # fmt: skip
_SHIFT = {"early": -3, "late": 3}


def find_ages(brief: str) -> list[Found]:
    """Their age, or more than one where the brief contradicts itself; "about" ages only where no plain one stands."""
    found: dict[str, Found] = {}
    for pattern in _AGES:
        for match in pattern.finditer(brief):
            number = _number(match.group(1))
            quote = match.group().strip(" ,;–—|()\n\t")
            if number is not None and number <= _OLDEST and quote and (number > 0 or "old" in quote):
                found.setdefault(str(number), Found(str(number), quote))
        if found:
            break
    if found:
        return list(found.values())[:2]
    return _about(brief)


def _about(brief: str) -> list[Found]:
    match = _DECADE.search(brief)
    if match is not None:
        word = match.group(2).lower()
        middle = _DECADES[word] if word in _DECADES else int(word[:2]) + 5
        return [Found(str(middle + _SHIFT.get((match.group(1) or "").lower(), 0)), match.group())]
    match = _SOMETHING.search(brief)
    if match is not None:
        return [Found(str(_WORD_NUMBERS[match.group(1).lower()] + 5), match.group())]
    for word, age in _NAMED_AGES.items():
        match = re.search(rf"\b{word}\b", brief, re.IGNORECASE)
        if (
            match is not None
            and re.search(r"\b(?:of|his|her|their|with)\s+(?:a\s+|two\s+|three\s+)?$", brief[: match.start()]) is None
        ):
            return [Found(str(age), match.group())]
    return []


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    return _WORD_NUMBERS.get(text.casefold())


_FEMALE = frozenset(
    "she her hers herself woman girl lady female mother grandmother widow wife daughter sister aunt niece nun actress waitress queen "
    "princess policewoman businesswoman heiress mum mom grandma schoolgirl goddess saleswoman housewife ballerina fisherwoman matriarch "
    "duchess countess spinster midwife-mother stewardess seamstress abbess witch masseuse kadın frau mujer femme donna mulher "
    "девушка женщина вдова enfermera maestra krankenschwester lehrerin infirmière enfermeira учительница виuva viuda veuve witwe vedova".split()
)
_MALE = frozenset(
    "he him his himself man boy guy male father grandfather widower husband son brother uncle nephew monk king prince policeman fisherman "
    "salesman businessman fireman dad grandpa schoolboy cowboy gentleman patriarch fishermen imam priest-father bloke lad adam mann hombre "
    "homme uomo homem мужчина вдовец viudo veuf witwer vedovo conman mailman postman salaryman handyman wizard duke".split()
)
_NONBINARY = re.compile(r"\b(?:non-?binary|genderqueer|genderfluid|enby|agender|they/them)\b", re.IGNORECASE)
_KIN_OF = re.compile(
    r"\b(?:her|his|their|a|the|whose|lost|of|with|an|estranged|dead|late|two|three|my)\s+(?:\w+\s+)?(mother|father|brother|sister|wife|husband|son|daughter|aunt|uncle|grandmother|grandfather|"
    r"boy|girl|nephew|niece|mum|mom|dad|king|queen)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^\s*(?:meet\s+)?(?:a|an|the)?\s*(?:[\w'-]+\s+){0,4}?(mother|father|grandmother|grandfather|brother|sister|widow|widower|wife|husband|girl|boy|king|queen|aunt|uncle|daughter|son)\b", re.I)  # fmt: skip


def find_gender(brief: str) -> Gender | None:
    """What pronouns and words of kin tell; None where they tell nothing or pull both ways."""
    if _NONBINARY.search(brief):
        return "nonbinary"
    head = _HEAD.match(brief)
    if head is not None:
        word = head.group(1).lower()
        return "female" if word in _FEMALE else "male"
    relatives = [match.group(1).casefold() for match in _KIN_OF.finditer(brief)]
    words = re.findall(r"[^\W\d_]+", brief.casefold())
    for word in relatives:
        if word in words:
            words.remove(word)
    female = sum(word in _FEMALE for word in words)
    male = sum(word in _MALE for word in words)
    if female == male:
        return None
    return "female" if female > male else "male"


_CAPITAL = r"[A-ZÀ-ÞİŞÇĞÖÜŁŠŽĆČĐ]"
_NAME_WORD = rf"{_CAPITAL}[\w'’-]+"
_NAMES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:named|called|nicknamed|name is|name's|known as|goes by|answers to)\s+[\"“']?({_NAME_WORD}(?:\s+{_NAME_WORD}){{0,2}})",
        rf"^\s*[Mm]eet\s+({_NAME_WORD}(?:\s+{_NAME_WORD}){{0,2}})",
        rf"^\s*({_NAME_WORD}(?:\s+{_NAME_WORD}){{0,2}})\s*(?:,|\(|:|–|—|-)\s*(?:age[d]?\s+)?(?:\d|a\b|an\b|the\b|who\b|our\b|one\b)",
        rf"^\s*({_NAME_WORD}(?:\s+{_NAME_WORD}){{0,2}})\s+(?:is|was|works|lives|has|runs|teaches|grew|never|keeps|wants|lost|drives|sells)\b",
        rf"^\s*(?:Dr\.?|Professor|Sister|Father|Captain|Judge|Mr\.?|Mrs\.?|Ms\.?|Officer|Detective|Uncle|Aunt)\s+({_NAME_WORD}(?:\s+{_NAME_WORD})?)",
        rf"[Mm]i nombre es\s+({_NAME_WORD})|\bllamad[ao]\s+({_NAME_WORD})|\bnommée?\s+({_NAME_WORD})|\bnamens\s+({_NAME_WORD})|\bchiamat[ao]\s+({_NAME_WORD})|\bchamad[ao]\s+({_NAME_WORD})|({_NAME_WORD})\s+(?:adında|adlı|isimli)",
    )
)
_NOT_NAMES = frozenset(
    "A An The This That He She They It I We You My Our His Her Their Someone Somebody Shy Young Old Retired Former Ex One Two Three Persona "
    "Character Write Create Make Generate Ignore Please Give Just Woman Man Girl Boy Female Male Single Divorced Widowed Mother Father "
    "Night Day Teacher Nurse Doctor Judge Meet Name Age Brief God Mom Dad Captain Detective Professor Sister Who What When Where Why If In "
    "On At From With Born Once After Before And Or But Think Imagine Your Role System User Assistant Output Score Ageing Aging Cynical Blunt".split()
)


def find_name(brief: str, places: frozenset[str]) -> Found | None:
    """A given name, with family names if the brief gives them; words that are places or titles are no names."""
    for pattern in _NAMES:
        for match in pattern.finditer(brief):
            quote = next(group for group in match.groups() if group is not None).rstrip("'’-")
            words = quote.split()
            plain = words[0].removesuffix("'s").removesuffix("’s")
            if plain not in _NOT_NAMES and quote.casefold() not in places and plain.casefold() not in places:
                if len(words) == 1:
                    quote = plain
                return Found(quote, quote)
    return None
