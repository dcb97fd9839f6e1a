"""The plot of a growth measurement: CPU of a request by number of stored personas, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

_WIDTH, _HEIGHT = 1100, 620
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 30, 330, 60
_COLORS = ("#2e7d5b", "#c98a1b", "#3b6ea8", "#a83b5b", "#7a869a", "#6b4ba8", "#208a8a", "#a8703b", "#444444")


def draw(path: Path, sizes: Sequence[int], series: Mapping[str, Sequence[float]]) -> None:
    """Writes a PNG; `series` are CPU milliseconds of a request, one for each size."""
    low = 10 ** math.floor(math.log10(min(map(min, series.values()))))
    high = 10 ** math.ceil(math.log10(max(map(max, series.values()))))
    image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    canvas = ImageDraw.Draw(image)

    def x(size: float) -> float:
        return _LEFT + _share(size, sizes[0], sizes[-1]) * (_WIDTH - _LEFT - _RIGHT)

    def y(ms: float) -> float:
        return _HEIGHT - _BOTTOM - _share(ms, low, high) * (_HEIGHT - _TOP - _BOTTOM)

    value = low
    while value <= high:
        canvas.line([(_LEFT, y(value)), (_WIDTH - _RIGHT, y(value))], fill="#dddddd")
        canvas.text((_LEFT - 60, y(value) - 6), f"{value:g} ms", fill="black")
        value *= 10
    for size in sizes:
        canvas.line([(x(size), _TOP), (x(size), _HEIGHT - _BOTTOM)], fill="#eeeeee")
        canvas.text((x(size) - 15, _HEIGHT - _BOTTOM + 10), f"{size:,}", fill="black")
    canvas.text((_LEFT + 200, _HEIGHT - 25), "personas stored", fill="black")
    for number, (what, values) in enumerate(series.items()):
        color = _COLORS[number % len(_COLORS)]
        points = [(x(size), y(ms)) for size, ms in zip(sizes, values, strict=True)]
        canvas.line(points, fill=color, width=3)
        for px, py in points:
            canvas.ellipse((px - 4, py - 4, px + 4, py + 4), fill=color)
        canvas.text((_WIDTH - _RIGHT + 20, _TOP + 22 * number), f"{what}  {values[-1]:.0f} ms", fill=color)
    image.save(path)


def _share(value: float, low: float, high: float) -> float:
    """Where a value is between two others on a logarithmic axis (0 to 1)."""
    return 0.0 if high == low else math.log(value / low) / math.log(high / low)
