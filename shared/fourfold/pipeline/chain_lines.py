"""The constraint chain as lines of a prompt: half the tokens of its JSON, and all that a model needs of it.

A heading names the step that made the lines below it. Texts are JSON strings, so a line break in one adds no line. The
place of a fact in the brief is left out: code needs it, a model does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from fourfold.constraints import Constraint, Fact, Link, Note, TraitBound, VoiceDemand


def chain_lines(chain: Iterable[Link]) -> tuple[str, ...]:
    """Returns the lines of a chain, in its order."""
    lines: list[str] = []
    for source, links in groupby(chain, key=lambda link: link.source):
        lines.append(f"{source.value}:")
        lines.extend(_line(link.constraint) for link in links)
    return tuple(lines)


def _line(constraint: Constraint) -> str:
    match constraint:
        case Fact():
            words = "" if constraint.quote == constraint.value else f" from {_text(constraint.quote)}"
            return f"fact {constraint.field} {_text(constraint.value)}{words}"
        case TraitBound():
            return f"trait_bound {constraint.trait.value} {_range(constraint)}: {_text(constraint.reason)}"
        case VoiceDemand():
            return f"voice_demand {constraint.marker.value}: {_text(constraint.reason)}"
        case Note():
            return f"note {constraint.layer}: {_text(constraint.text)}"


def _range(bound: TraitBound) -> str:
    if bound.minimum == 0.0 and bound.maximum < 1.0:
        return f"at most {bound.maximum:g}"
    if bound.maximum == 1.0:
        return f"at least {bound.minimum:g}"
    return f"{bound.minimum:g} to {bound.maximum:g}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
