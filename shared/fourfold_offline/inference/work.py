"""The work of a person: the trade of the stated occupation, or an occupation that the brief does not exclude."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.language import local_language
from fourfold_offline.brief.occupation import find_occupation
from fourfold_offline.data_files import load
from fourfold_offline.inference.age import RETIRED, age_of
from fourfold_offline.lexicon.occupations import least_age, trade_of_title
from fourfold_offline.lexicon.trade_match import narrow_trade
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.step_input import StepInput

# Occupations that only some places have; never chosen for a persona.
_BOUND = re.compile(
    r"ferry|harbour|coast guard|mountain|tram|orchard|shepherd|seismolog|ship|monastery|parish|cantor|chaplain|oath|warden",
    re.IGNORECASE,
)
_STOPS_WORK = 67


@dataclass(frozen=True, slots=True)
class _Excluded:
    """A pattern of a brief, and a pattern of the work that such a person cannot do."""

    brief: str
    work: str


@dataclass(frozen=True, slots=True)
class _Instead:
    """A pattern of a brief that says the person has no work, and what is said of them instead."""

    brief: str
    work: str


@dataclass(frozen=True, slots=True)
class _InventedWork:
    """`anywhere` are jobs that every place has."""

    excluded: tuple[_Excluded, ...]
    instead: tuple[_Instead, ...]
    anywhere: tuple[str, ...]


@cache
def _invented() -> _InventedWork:
    return load("en/invented_work", _InventedWork)


def invented_work(inputs: StepInput, age: int, jobs: tuple[str, ...]) -> str:
    """An occupation where the brief states none: one that neither its words nor the age exclude."""
    brief = inputs.brief
    instead = next((each.work for each in _invented().instead if re.search(each.brief, brief, re.IGNORECASE)), None)
    if instead is not None:
        return instead
    if RETIRED.search(brief):
        return "pensioner"
    denied = [
        re.compile(each.work, re.IGNORECASE)
        for each in _invented().excluded
        if re.search(each.brief, brief, re.IGNORECASE)
    ]
    fitting = [
        job
        for job in (*jobs, *_invented().anywhere)
        if not _BOUND.search(job) and least_age(job) <= age and not any(refused.search(job) for refused in denied)
    ]
    own = [job for job in fitting if job in jobs]
    job = inputs.stable_draw.pick("job", own or fitting or ["shop assistant"])
    return f"retired {job}" if age >= _STOPS_WORK else job


def trade_for(inputs: StepInput, likely: Collection[str] = ()) -> str:
    """The trade of the stated occupation; else one of the `likely` trades, or of all if there are none."""
    occupation = inputs.value("surface.occupation")
    if occupation is not None:
        return _of_age(inputs, _stated_trade(inputs, occupation))
    options = sorted(likely or trades())
    if age_of(inputs) < WORKING:
        return "school"
    options = [trade for trade in options if trade not in _NOBODYS_GUESS] or ["shop"]
    return inputs.stable_draw.pick("trade", options)


WORKING = 18
_NOBODYS_GUESS = frozenset({"school", "campus", "tale", "idle", "crime"})


def _of_age(inputs: StepInput, trade: str) -> str:
    """`campus` instead of `school` for an adult."""
    return "campus" if trade == "school" and age_of(inputs) >= WORKING else trade


def _stated_trade(inputs: StepInput, occupation: str) -> str:
    listed = trade_of_title(occupation)
    if listed is None:
        language = local_language(inputs.brief, inputs.intent.locale)
        found = find_occupation(inputs.brief, language) or find_occupation(occupation, language)
        listed = found.trade if found is not None else "office"
    return narrow_trade(listed, occupation)
