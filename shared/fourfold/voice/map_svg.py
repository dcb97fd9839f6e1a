"""The map of voices as SVG: a dot for each voice with its name, and a line between twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_WIDTH: Final = 720
_HEIGHT: Final = 520
_MARGIN: Final = 70
_LONGEST_NAME: Final = 24
_OWN, _TWIN = "#2e7d5b", "#c0392b"


@dataclass(frozen=True, slots=True)
class Dot:
    """A voice on the map."""

    name: str
    x: float
    y: float


def map_svg(title: str, dots: Sequence[Dot], twins: Sequence[tuple[int, int]]) -> str:
    """Returns an SVG. Both axes have one scale; `twins` are pairs of places in `dots`."""
    reach = max([abs(value) for dot in dots for value in (dot.x, dot.y)], default=0.0) or 1.0
    scale = (min(_WIDTH, _HEIGHT) / 2 - _MARGIN) / reach
    places = [(_WIDTH / 2 + scale * dot.x, _HEIGHT / 2 - scale * dot.y) for dot in dots]
    close = {place for pair in twins for place in pair}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"',
        'role="img" font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="20" y="26" font-weight="600" fill="#222222">{escape(title)}</text>',
    ]
    for one, other in twins:
        (x1, y1), (x2, y2) = places[one], places[other]
        parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_TWIN}"/>')
    for place, (dot, (x, y)) in enumerate(zip(dots, places, strict=True)):
        name = dot.name if len(dot.name) <= _LONGEST_NAME else f"{dot.name[: _LONGEST_NAME - 1]}…"
        colour = _TWIN if place in close else _OWN
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
            f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="#222222">{escape(name)}</text>'
        )
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
