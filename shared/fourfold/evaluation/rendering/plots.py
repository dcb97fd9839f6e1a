"""The plots of a report as SVG: intervals, differences of the briefs, cost against quality. CSS gives the colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from statistics import fmean
from typing import Final

from fourfold.evaluation.amounts import amount
from fourfold.evaluation.models import EvaluationReport, MeasureResult
from fourfold.evaluation.rendering.figures import clean, interval_text, measured, name_text

WIDTH: Final = 720
_LEFT, _RIGHT, _TOP, _ROW = 150.0, 24.0, 34.0, 26.0
_MOST_MARGINS: Final = 4.0  # how far the axis of the intervals reaches
# Means that are nearer to each other than this cover each other's letters.
_NEAR: Final = 16.0
_LEAST_TICKS: Final = 4
# Personas that all cost less, in USD, have their axis in USD of a thousand.
_CHEAP: Final = 0.01


class Axis:
    """A linear scale from values to places on the page."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        if high - low <= 0:
            low, high = low - 0.5, high + 0.5
        self._low, self._high, self._start, self._end = low, high, start, end

    def place(self, value: float) -> float:
        """The place of a value; a value outside of the axis is at its end."""
        share = (min(self._high, max(self._low, value)) - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 1)

    def ticks(self) -> list[float]:
        """The multiples of a round number within the axis, five to ten of them."""
        power: float = 10.0 ** math.floor(math.log10((self._high - self._low) / 5))
        step = next(size * power for size in (10, 5, 2, 1) if (self._high - self._low) / (size * power) >= _LEAST_TICKS)
        first, last = math.ceil(self._low / step), math.floor(self._high / step)
        return [number * step for number in range(first, last + 1)]


def interval_plot(measures: Sequence[MeasureResult]) -> str:
    """Each difference with its interval, in margins, better to the right; from -1 to 1 is equivalent.

    Empty if no measure has an interval.
    """
    shown = [measure for measure in measures if measure.interval is not None and measure.difference is not None]
    if not shown:
        return ""
    bottom = _TOP + _ROW * len(shown)
    axis = Axis(-_MOST_MARGINS, _MOST_MARGINS, _LEFT, WIDTH - _RIGHT)
    parts = [
        _band(axis.place(-1), _TOP - 8, axis.place(1), bottom),
        _line(axis.place(0), _TOP - 8, axis.place(0), bottom, "zero"),
        _text(axis.place(-_MOST_MARGINS), 16, "B is worse", "soft"),
        _text(axis.place(_MOST_MARGINS), 16, "B is better", "soft", "end"),
        _text(axis.place(0), 16, "within the margin", "soft", "middle"),
    ]
    for row, measure in enumerate(shown):
        parts += _interval(measure, axis, _TOP + _ROW * row + 10)
    for margins in (-3, -2, -1, 0, 1, 2, 3):
        parts.append(_text(axis.place(margins), bottom + 18, f"{margins:+d}" if margins else "0", "soft", "middle"))
    parts.append(_text(axis.place(0), bottom + 36, "difference in margins, with its 95 % interval", "soft", "middle"))
    return _svg("Differences with their intervals, in margins", bottom + 46, parts)


def difference_plot(report: EvaluationReport) -> str:
    """B minus A of the overall score of each brief, in ascending order; empty without scores."""
    rows = sorted((row.difference, row.id) for row in report.rows if row.difference is not None)
    if not rows:
        return ""
    overall = report.measure("overall")
    reach = max(0.5, *(abs(difference) for difference, _ in rows))
    height = 260.0
    up, across = Axis(-reach, reach, height - 40, 20), Axis(0, max(1, len(rows) - 1), 70, WIDTH - _RIGHT)
    parts = [_text(62, up.place(tick) + 4, _points(tick), "soft", "end") for tick in up.ticks()]
    if overall is not None:
        parts.append(_band(70, up.place(overall.margin), WIDTH - _RIGHT, up.place(-overall.margin)))
    parts.append(_line(70, up.place(0), WIDTH - _RIGHT, up.place(0), "zero"))
    for number, (difference, brief) in enumerate(rows):
        kind = "b" if difference > 0 else "a" if difference < 0 else "same"
        x, y = across.place(number), up.place(difference)
        parts.append(_line(x, up.place(0), x, y, f"stem {kind}"))
        parts.append(_dot(x, y, 3.5, kind, f"{brief}: {difference:+.2f}"))
    if overall is not None and overall.difference is not None:
        y = up.place(overall.difference)
        parts.append(_line(70, y, WIDTH - _RIGHT, y, "mean"))
        mean = f"mean {amount(overall.difference, 'points', signed=True)}"
        # In ascending order the briefs lie below a mean at the left end, and above it at the right end.
        low = overall.difference < 0
        parts.append(
            _text(WIDTH - _RIGHT if low else 70, y + 14 if low else y - 6, mean, "ink", "end" if low else "start")
        )
    shown = f"{len(rows)} briefs" if len(rows) > 1 else "1 brief"
    if len(report.rows) < report.pairs:
        shown = f"{len(rows)} scored briefs of the first {len(report.rows)} of {report.pairs:,}"
    parts.append(_text(70, height - 12, f"{shown}, from the most in favour of A to the most in favour of B", "soft"))
    return _svg("Difference of the overall score, brief by brief", height, parts)


def cost_plot(report: EvaluationReport) -> str:
    """Overall score against USD of each persona, and the mean of each arm; empty without known prices."""
    points = [
        (side.usd, side.overall, name, row.id)
        for row in report.rows
        for name, side in (("a", row.a), ("b", row.b))
        if side is not None and side.usd is not None and side.overall is not None
    ]
    if not points or max(usd for usd, *_ in points) == 0:
        return ""
    height = 300.0
    scores = [score for _, score, *_ in points]
    dearest = max(usd for usd, *_ in points)
    of, scale = ("1,000 personas", 1_000.0) if dearest < _CHEAP else ("a persona", 1.0)
    across = Axis(0, dearest * scale * 1.05, 70, WIDTH - _RIGHT)
    up = Axis(max(0.0, min(scores) - 0.2), min(5.0, max(scores) + 0.2), height - 56, 20)
    parts = [_text(62, up.place(tick) + 4, f"{tick:.{_digits(up.ticks())}f}", "soft", "end") for tick in up.ticks()]
    parts += [_line(70, up.place(tick), WIDTH - _RIGHT, up.place(tick), "grid") for tick in up.ticks()]
    digits = _digits(across.ticks())
    parts += [
        _text(across.place(tick), height - 36, f"${tick:.{digits}f}", "soft", "middle") for tick in across.ticks()
    ]
    for usd, score, name, brief in points:
        title = f"{brief}, {name.upper()}: {score:.2f} for ${amount(usd, 'USD')}"
        parts.append(_dot(across.place(usd * scale), up.place(score), 3, f"{name} faint", title))
    sides = {name: [(usd, score) for usd, score, side, _ in points if side == name] for name in ("a", "b")}
    means = {
        name: (fmean(usd for usd, _ in own), fmean(score for _, score in own)) for name, own in sides.items() if own
    }
    parts += _means({name: (across.place(usd * scale), up.place(score)) for name, (usd, score) in means.items()})
    words = f"USD of {of} (across), overall score (up); the large marks are means of the personas shown"
    parts.append(_text(70, height - 12, words, "soft"))
    return _svg("Cost against quality", height, parts)


def _means(places: Mapping[str, tuple[float, float]]) -> list[str]:
    """The marks of the means with their letters, which are beside the marks where one would cover the other."""
    parts = [_dot(x, y, 8, f"{name} mark", f"mean of {name.upper()}") for name, (x, y) in places.items()]
    are_near = len(places) > 1 and math.dist(places["a"], places["b"]) < _NEAR
    for name, (x, y) in places.items():
        if not are_near:
            parts.append(_text(x, y + 4, name.upper(), "onmark", "middle"))
        else:
            is_left = (x, name) == min((place[0], side) for side, place in places.items())
            parts.append(
                _text(x - 12 if is_left else x + 12, y + 4, name.upper(), "beside", "end" if is_left else "start")
            )
    return parts


def _points(tick: float) -> str:
    return f"{tick:+.1f}" if tick else "0"


def _digits(ticks: Sequence[float]) -> int:
    """The decimals with which neighbouring ticks differ."""
    step = min((high - low for low, high in pairwise(ticks)), default=1.0)
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _interval(measure: MeasureResult, axis: Axis, y: float) -> list[str]:
    if measure.interval is None or measure.difference is None:
        return []
    sign = 1 if measure.better == "higher" else -1
    scale = sign / measure.margin
    low, high = sorted((measure.interval.low * scale, measure.interval.high * scale))
    kind = measure.verdict if measure.counts else "aside"
    numbers = f"{measured(measure, measure.difference, signed=True)} ({interval_text(measure)})"
    parts = [
        _text(_LEFT - 12, y + 4, name_text(measure.name), "ink" if measure.counts else "soft", "end"),
        _line(axis.place(low), y, axis.place(high), y, f"whisker {kind}"),
    ]
    margins = measure.difference * scale
    if abs(margins) > _MOST_MARGINS:
        words = f"{margins:+.0f} ▶" if margins > 0 else f"◀ {margins:+.0f}"
        return [*parts, _text(axis.place(margins), y + 4, words, f"far {kind}", "end" if margins > 0 else "start")]
    return [*parts, _dot(axis.place(margins), y, 5, kind, f"{name_text(measure.name)}: {numbers}")]


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>\n{body}\n</svg>"
    )


def _band(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<rect class="band" x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}" height="{y2 - y1:.1f}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _dot(x: float, y: float, radius: float, kind: str, title: str) -> str:
    return (
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"><title>{escape(clean(title))}</title></circle>'
    )


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(clean(text))}</text>'
