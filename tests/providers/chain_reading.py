"""Reads the constraint chain back from the lines of a prompt, so that a test sees whether anything was lost in them."""

from __future__ import annotations

import json
import re
from typing import Any

from fourfold.constraints import Fact, Span, StatedFact, locate

_TEXT = r'("(?:[^"\\]|\\.)*")'
_FACT = re.compile(rf"fact (\S+) {_TEXT}(?: from {_TEXT})?")
_BOUND = re.compile(rf"trait_bound (\w+) (?:at most (\S+)|at least (\S+)|(\S+) to (\S+)): {_TEXT}")
_VOICE = re.compile(rf"voice_demand (\w+): {_TEXT}")
_NOTE = re.compile(rf"note (\w+): {_TEXT}")
_SOURCE = re.compile(r"(\w+):")


def links_in(lines: str, brief: str) -> list[dict[str, Any]]:
    """The links as JSON values; the place of a fact is looked for in the brief, and 0 if it is not there.

    Raises:
        ValueError: a line says none of what a chain can say.
    """
    source, links = "", list[dict[str, Any]]()
    for line in lines.split("\n"):
        if not line:
            continue
        if heading := _SOURCE.fullmatch(line):
            source = heading[1]
            continue
        links.append({"source": source, "constraint": _constraint(line, brief)})
    return links


def _constraint(line: str, brief: str) -> dict[str, Any]:
    if found := _FACT.fullmatch(line):
        value = json.loads(found[2])
        stated = StatedFact(field=found[1], value=value, quote=json.loads(found[3]) if found[3] else value)
        fact = locate(brief, stated) or Fact(**stated.model_dump(), span=Span(start=0, end=0))
        return fact.model_dump(mode="json")
    if found := _BOUND.fullmatch(line):
        low, high = float(found[3] or found[4] or 0.0), float(found[2] or found[5] or 1.0)
        reason = json.loads(found[6])
        return {"kind": "trait_bound", "trait": found[1], "minimum": low, "maximum": high, "reason": reason}
    if found := _VOICE.fullmatch(line):
        return {"kind": "voice_demand", "marker": found[1], "reason": json.loads(found[2])}
    if found := _NOTE.fullmatch(line):
        return {"kind": "note", "layer": found[1], "text": json.loads(found[2])}
    raise ValueError(f"no constraint: {line}")
