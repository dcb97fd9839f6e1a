"""Audit findings on time: things that the years of the life did not have, and years outside of the life."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fourfold.persona import Dimension, Finding
from fourfold_offline.audit.words import first_years
from fourfold_offline.step_input import StepInput

# The year of a brief that states none. Fixed, so that an audit does not change with the calendar.
PRESENT: Final = 2026
_SETTING = re.compile(r"\bin (?:the )?(?:year )?(1\d{3}|20\d\d)s?\b|\b(1\d{3})s\b", re.IGNORECASE)
# Before a year, what says that something happened then or began then, not that the brief is set there.
_EVENT = re.compile(
    r"\b(?:born|since|from|until|before|after|\w{3,}ed|was|were|left|fled|came|went|lost|won|began|built|sold|bought|made|met|took)\b[^.;]*$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(1[0-9]{3}|20\d\d)\b")
_TOO_NEW: Final = ((100, 3), (40, 2), (0, 1))  # years before a thing existed, by severity
_OUTSIDE: Final = ((60, 3), (15, 2), (1, 1))  # years before the birth or after the setting, by severity
_MANY = 3


def period_findings(inputs: StepInput) -> Iterator[Finding]:
    """Findings on anachronisms, each with its word."""
    setting = _setting(inputs.brief, inputs.surface.age if inputs.surface is not None else 0)
    texts = _texts(inputs)
    found = {
        match.group().casefold(): (setting - year, field, match.group())
        for field, text in texts
        for year, things in first_years()
        for match in things.finditer(_at_its_time(text, year))
        if year > setting
    }
    for gap, field, quote in found.values():
        severity = 3 if len(found) >= _MANY else _severity(-gap, _TOO_NEW)
        note = f"In {setting} there was none, nor for {-gap} years after."
        yield _finding(Dimension.REALISM, field, quote, severity, note)
    yield from _years_outside(inputs, setting)


def _setting(brief: str, age: int) -> int:
    """The year the brief is set in; PRESENT if it names none but years of a life that lasts until now."""
    for match in _SETTING.finditer(brief):
        year = int(match.group(1) or match.group(2))
        if PRESENT - year >= age or not _EVENT.search(brief[: match.start()]):
            return year
    return PRESENT


def _at_its_time(text: str, year: int) -> str:
    """The text, or nothing if it names a year by which the thing existed."""
    return "" if any(int(named) >= year for named in _YEAR.findall(text)) else text


def _years_outside(inputs: StepInput, setting: int) -> Iterator[Finding]:
    surface, soul = inputs.surface, inputs.soul
    if surface is None or soul is None:
        return
    born = setting - surface.age
    for match in _YEAR.finditer(soul.wound):
        year = int(match.group())
        severity = _severity(max(born - year, year - setting), _OUTSIDE)
        if severity:
            note = f"At {surface.age} they were born about {born}; the wound cannot be theirs in {year}."
            yield _finding(Dimension.REALISM, "soul.wound", match.group(), severity, note)


def _severity(gap: int, scale: tuple[tuple[int, int], ...]) -> int:
    return next((severity for least, severity in scale if gap > least), 0)


def _texts(inputs: StepInput) -> list[tuple[str, str]]:
    layers = {"soul": inputs.soul, "mask": inputs.mask, "surface": inputs.surface}
    return [
        (f"{name}.{field}", text)
        for name, layer in layers.items()
        if layer is not None
        for field, value in layer.model_dump(mode="json").items()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    ]


def _finding(dimension: Dimension, field: str, quote: str, severity: int, note: str) -> Finding:
    return Finding(dimension=dimension, field=field, quote=quote[:300], severity=severity, note=note[:400])
