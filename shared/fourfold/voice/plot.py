"""An SVG plot of a fingerprint: histograms of own and other distances, and the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _LEFT, _ROW, _BINS = 640, 118, 56, 48


@dataclass(frozen=True, slots=True)
class Series:
    """Distances of one group, with its label and colour."""

    name: str
    distances: Sequence[float]
    colour: str


def distances_svg(title: str, series: Sequence[Series], threshold: float | None) -> str:
    """Returns an SVG: one histogram per series on a common axis of cosine distance, and a line at the threshold."""
    shown = [item for item in series if item.distances]
    greatest = max([value for item in shown for value in item.distances] + [threshold or 0.0, 0.05]) * 1.05
    height = 64 + _ROW * len(shown)
    span = _WIDTH - _LEFT - 20

    def across(distance: float) -> float:
        return _LEFT + span * distance / greatest

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"',
        'role="img" font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" font-weight="600" fill="#222222">{escape(title)}</text>',
    ]
    for row, item in enumerate(shown):
        base = 30 + _ROW * (row + 1)
        parts.append(
            f'<text x="{_LEFT - 8}" y="{base - 20}" text-anchor="end" fill="#222222">{escape(item.name)}</text>'
            f'<text x="{_LEFT - 8}" y="{base - 6}" text-anchor="end" fill="#777777">n = {len(item.distances)}</text>'
        )
        counts = [0] * _BINS
        for value in item.distances:
            counts[min(_BINS - 1, int(_BINS * value / greatest))] += 1
        tallest = max(counts)
        for place, count in enumerate(counts):
            if count:
                tall = (_ROW - 14) * count / tallest
                parts.append(
                    f'<rect x="{across(greatest * place / _BINS):.1f}" y="{base - tall:.1f}" '
                    f'width="{span / _BINS - 1:.1f}" height="{tall:.1f}" fill="{item.colour}"/>'
                )
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{base}" y2="{base}" stroke="#cccccc"/>')
    bottom = 30 + _ROW * len(shown)
    for tick in range(5):
        distance = greatest * tick / 4
        parts.append(
            f'<text x="{across(distance):.1f}" y="{bottom + 16}" text-anchor="middle" fill="#555555">'
            f"{distance:.2f}</text>"
        )
    if threshold is not None:
        at = across(threshold)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="26" y2="{bottom}" stroke="#c0392b" stroke-dasharray="4 3"/>'
            f'<text x="{at + 4:.1f}" y="{bottom + 30}" fill="#c0392b">threshold {threshold:.2f}</text>'
        )
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
