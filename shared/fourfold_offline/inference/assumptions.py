"""What the composer assumes where the brief is silent: an age, a trade, the people a scene is set among."""

from __future__ import annotations

import re
from functools import cache

from fourfold_offline.grammar import pronouns, spelled
from fourfold_offline.lexicon.names import PEOPLES, people_of
from fourfold_offline.lexicon.occupations import LEARNERS, LEAST_AGE, OCCUPATIONS
from fourfold_offline.lexicon.people import People, listed
from fourfold_offline.seeded_choice import Draw
from fourfold_offline.step_input import Material

OLDEST = 120  # years; what a surface can hold
_GENERATION = 38
_LEARNING = 15
_YEARS_OLD = re.compile(r"^(?P<below>[-−]|minus )?\s?(?P<years>\d{1,4}|\w+)[\s-]+years?[\s-]+old$", re.IGNORECASE)
_SCHOOL_AGES = (("toddler|baby", 2, 3), ("kid|child|schoolgirl|schoolboy|pupil|first-grader|fifth-grader", 8, 12), ("teen|high school|high schooler|boarding school|cadet", 14, 17), ("college|university|student|undergraduate|exchange|freshman", 19, 25), ("apprentice|trainee|intern", 17, 24))  # fmt: skip
_RETIRED = re.compile(
    r"\b(?:retired|pensioner|retiree|emekli|jubilad[ao]|pensionierte?r?|retraité|pensionat[ao]|aposentad[ao])\b", re.I
)
_GRAND = re.compile(
    r"\b(?:grandmother|grandfather|elderly|old (?:man|woman|lady)|aging|ageing|ancient|great-grand\w+|ya[şs]lı|anciana?|viej[oa]|vieille|vieux)\b",
    re.I,
)
_YOUNG = re.compile(r"\b(?:young|genç|joven|jeune|junge[rs]?|giovane|jovem)\b", re.I)
_CHILDISH = re.compile(r"\b(?:little|small) (?:girl|boy|child|kid)\b|\b(?:girl|boy|schoolchild)\b", re.I)


def stated_age(material: Material) -> int | None:
    """The age the brief states, in years."""
    value = material.value("surface.age")
    return int(value) if value is not None else None


def impossible_age(material: Material) -> str | None:
    """An age no life reaches that the brief states ("130 years old"); it cannot stand in the surface."""
    for fact in material.facts("other"):
        match = _YEARS_OLD.search(fact.value)
        if match is not None and (match["below"] or _above(match["years"])):
            return fact.quote
    return None


def _above(years: str) -> bool:
    return years.isdecimal() and int(years) > OLDEST


def age_of(material: Material) -> int:
    """The age the brief states, or one drawn from it that fits the work and the words."""
    stated = stated_age(material)
    if stated is not None:
        return min(stated, OLDEST)
    brief, draw = material.brief, material.constant
    work = (material.value("surface.occupation") or "").casefold()
    if impossible_age(material) is not None and trade_of_title(work) != "tale":
        return OLDEST
    return _drawn_age(brief, work, draw)


def _drawn_age(brief: str, work: str, draw: Draw) -> int:
    if _RETIRED.search(brief):
        return draw.whole("age", 62, 81)
    if _GRAND.search(brief):
        return draw.whole("age", 66, 84)
    for words, low, high in _SCHOOL_AGES:
        if trade_of_title(work) == "school" and re.search(rf"\b(?:{words})\b", work):
            return draw.whole("age", low, high)
    if _CHILDISH.search(brief) and not work:
        return draw.whole("age", 9, 15)
    least = least_age(work)
    low, high = max(24, least + 2), max(58, least + 24)
    return (
        draw.whole("age", max(19, least), max(30, least + 4)) if _YOUNG.search(brief) else draw.whole("age", low, high)
    )


def least_age(occupation: str) -> int:
    """The least age in years at which a stranger would believe the occupation; 0 where nothing is known."""
    words = re.findall(r"[a-z]+", occupation.casefold())
    least = max((LEAST_AGE.get(word, 0) for word in words), default=0)
    return min(least, _LEARNING) if LEARNERS & set(words) else least


def trade_of_title(occupation: str) -> str | None:
    """The trade of an occupation in words, by the longest listed title in it."""
    hits = [match[1] for match in _titles().finditer(occupation.casefold())]
    return OCCUPATIONS[max(hits, key=len)] if hits else None


@cache
def _titles() -> re.Pattern[str]:
    """Every listed title at every place it stands, the longest first; the lookahead lets hits overlap."""
    listed_titles = "|".join(re.escape(title) for title in sorted(OCCUPATIONS, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?=({listed_titles})(?![\w-]))")


# Work that only some places have; nobody is given it without being asked.
_BOUND = re.compile(
    r"ferry|harbour|coast guard|mountain|tram|orchard|shepherd|seismolog|ship|monastery|parish|cantor|chaplain|oath|warden",
    re.I,
)
_CANNOT: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(said, re.IGNORECASE), re.compile(denied, re.IGNORECASE))
    for said, denied in (
        (r"\bblind\b", r"driver|watch|illustrat|painter|inspector|observer|locksmith|key cutter|proof|copy editor|surgeon|pilot|referee|guard"),
        (r"\bdeaf\b|\bhard of hearing\b", r"tuner|dispatcher|radio|interpreter|singer|prompter"),
        (r"\bmute\b|\bstutter|\bstammer|\bsoft-spoken|\bshy\b|\bsilent\b", r"singer|interpreter|reporter|speechwriter|dispatcher|tutor"),
        (r"\billiterate\b|\bcannot read\b|\bcan't read\b", r"clerk|teacher|librarian|archiv|lawyer|defender|editor|writer|pharmac|bookkeeper|bookseller|program|interpreter|officer|notary"),
        (r"\bwheelchair\b|\blimp|\bone-legged|\bbad knee|\bcane\b", r"instructor|referee|guide|coach|mason|driver|upholster|bicycle"),
        (r"\bwater\b|\bsea\b|\bswim", r"swimming|ferry|coast"),
        (r"\bunpopular\b|\bhates (?:children|kids)\b", r"teacher|tutor"),
        (r"\bhates? (?:numbers|money|maths?)\b|\bbankrupt|\bin debt\b|\bgambl", r"bank|bookkeeper|tax|claims"),
        (r"\bex-con|\bprison\b|\bfugitive\b|\bcriminal record\b", r"officer|dispatcher|watchman|defender|lawyer|clerk|bank|guard"),
        (r"\bunfit\b|\bfrail\b", r"instructor|coach|referee|guide"),
        (r"\binsomni|\bafraid of the dark\b|\bsleeps? early\b", r"night"),
        (r"\bvegan|\bvegetarian", r"butcher|cheese|cook|dairy"),
    )
)  # fmt: skip
_WITHOUT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said, re.IGNORECASE), work)
    for said, work in (
        (r"\b(?:lost|losing|lose) (?:her|his|their|the|a) (?:\w+ )?job\b|\blaid off\b|\bfired\b|\bunemployed\b|\bjobless\b|\bout of work\b|\bbetween jobs\b", "out of work"),
        (r"\bhomeless\b|\blives? on the streets?\b", "without fixed work"),
        (r"\bin prison\b|\bon death row\b|\bserving (?:a |\w+ )?(?:life|years|sentence)", "prisoner"),
        (r"\bstays? at home\b|\bhousebound\b", "at home"),
    )
)  # fmt: skip
_STOPS_WORK = 67


def invented_work(material: Material, age: int, jobs: tuple[str, ...]) -> str:
    """Work for a person of whom the brief names none: such as no word of the brief, the place or the age denies."""
    brief = material.brief
    without = next((work for said, work in _WITHOUT if said.search(brief)), None)
    if without is not None:
        return without
    if _RETIRED.search(brief):
        return "pensioner"
    denied = [refused for said, refused in _CANNOT if said.search(brief)]
    fitting = [
        job
        for job in (*jobs, *_ANYWHERE)
        if not _BOUND.search(job) and least_age(job) <= age and not any(refused.search(job) for refused in denied)
    ]
    own = [job for job in fitting if job in jobs]
    job = material.constant.pick("job", own or fitting or ["shop assistant"])
    return f"retired {job}" if age >= _STOPS_WORK else job


_ANYWHERE = ("shop assistant", "caretaker", "canteen cook")


def people_for(material: Material) -> People:
    """The people of the persona's locale; those of the brief's neighbours where the bank holds none."""
    return people_of(material.intent.locale) or PEOPLES["en-US"]


def scene_slots(material: Material, draw: Draw, age_then: int) -> dict[str, str]:
    """What a scene's slots stand for: pronouns, the age it happened at, people and small things of the place."""
    people = people_for(material)
    older = age_of(material) >= _GENERATION
    girls = listed(people.women_older if older else people.women_younger)
    boys = listed(people.men_older if older else people.men_younger)
    own = (material.value("surface.name") or "").split(" ")[0]
    slots = pronouns(material.gender)
    return slots | {
        "their_cap": slots["Their"],
        "At": "At",
        "at": spelled(age_then),
        "girl": next(name for name in draw.shuffled("girl", girls) if name != own),
        "girl_or_boy": draw.pick("friend", [name for name in girls + boys if name != own]),
        "boy": next(name for name in draw.shuffled("boy", boys) if name != own),
        "aunt": f"Aunt {draw.pick('aunt', listed(people.women_older))}",
        "uncle": f"old {draw.pick('uncle', listed(people.men_older))}",
        "feast": people.feast,
        "drink": people.drink,
        "sweet": people.sweet,
        "game": people.game,
    }
