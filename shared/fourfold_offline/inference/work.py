"""The work of a person: the trade of what the brief states, or work that no word of the brief denies."""

from __future__ import annotations

import re
from collections.abc import Collection

from fourfold_offline.brief.occupation import find_work
from fourfold_offline.inference.age import RETIRED, age_of
from fourfold_offline.lexicon.occupations import least_age, trade_of_title
from fourfold_offline.lexicon.trade_match import finer
from fourfold_offline.lexicon.trades import TRADES
from fourfold_offline.step_input import Material

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
    if RETIRED.search(brief):
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


def trade_for(material: Material, likely: Collection[str] = ()) -> str:
    """The trade of the brief's occupation; else one of the `likely` ones, or of all where there are none."""
    occupation = material.value("surface.occupation")
    if occupation is not None:
        return _of_age(material, _stated_trade(material, occupation))
    options = sorted(likely or TRADES)
    if age_of(material) < WORKING:
        return "school"
    options = [trade for trade in options if trade not in _NOBODYS_GUESS] or ["shop"]
    return material.constant.pick("trade", options)


WORKING = 18
_NOBODYS_GUESS = frozenset({"school", "campus", "tale", "idle", "crime"})


def _of_age(material: Material, trade: str) -> str:
    """A student of twenty has no schoolbag."""
    return "campus" if trade == "school" and age_of(material) >= WORKING else trade


def _stated_trade(material: Material, occupation: str) -> str:
    listed = trade_of_title(occupation)
    if listed is None:
        found = find_work(material.brief, material.intent.language) or find_work(occupation, material.intent.language)
        listed = found.trade if found is not None else "office"
    return finer(listed, occupation)
