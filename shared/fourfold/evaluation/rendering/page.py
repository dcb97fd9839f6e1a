"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from fourfold.evaluation.amounts import NONE, amount
from fourfold.evaluation.models import EvaluationReport, MeasureResult
from fourfold.evaluation.rendering.figures import (
    NO_ROWS,
    arm_rows,
    claims_text,
    clean,
    facts,
    interval_text,
    measured,
    name_of_test,
    name_text,
    p_text,
    preferred_text,
    score_text,
    settle_text,
    verdict_text,
)
from fourfold.evaluation.rendering.plots import cost_plot, difference_plot, interval_plot

# A browser that opens the file loads nothing and runs nothing, whatever the briefs contain.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_TITLES: Final = {
    "better": "B is better",
    "worse": "B is worse",
    "equivalent": "A and B are equivalent",
    "inconclusive": "Inconclusive",
}
_HOW_TO_READ: Final = (
    "Measures in colour count for the verdict. An interval inside of the band shows equivalence; one that does not "
    "touch the dashed line shows a difference, before the correction for several measures."
)
_NO_INTERVAL: Final = "No measure has two pairs, so there is no interval to show."
_BELOW_THE_NUMBERS: Final = (
    "p is corrected by Holm over the measures that count (in bold). The intervals beside a randomization test are "
    "bootstrapped. The last column is the number of briefs that would settle a measure."
)
# A cell of a table: its text, and its class.
Cell = tuple[str, str]


def html(report: EvaluationReport) -> str:
    """The page, in UTF-8. It follows the reader's light or dark theme."""
    title = _TITLES[report.verdict]
    sections = [
        _banner(report, title),
        f"<p>{' · '.join(f'{name} <b>{_said(value)}</b>' for name, value in facts(report))}</p>",
        _plot("Measures", interval_plot(report.measures), _how_to_read(report), _NO_INTERVAL),
        _plot("Brief by brief", difference_plot(report), "Overall score of B minus that of A. The band is the margin."),
        _plot("Cost against quality", cost_plot(report), ""),
        "<h2>All numbers</h2>",
        _table("All numbers", _MEASURES, (_measure(measure) for measure in report.measures)),
        f'<p class="soft">{_BELOW_THE_NUMBERS}</p>',
        "<h2>Arms</h2>",
        _table(
            "Arms",
            ("of the arm", "A ", "B "),
            ([(what, "aside"), (a, "text"), (b, "text")] for what, a, b in arm_rows(report)),
        ),
        *(
            ["<h2>Notes</h2>", f"<ul>{''.join(f'<li>{_prose(note)}</li>' for note in report.notes)}</ul>"]
            * bool(report.notes)
        ),
        "<h2>Briefs</h2>",
        _table("Briefs", _ROWS, _rows(report)) if report.rows else f'<p class="soft">{NO_ROWS}</p>',
    ]
    body = "\n".join(section for section in sections if section)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation: {title}</title>
<style>
{_css()}</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""


def _banner(report: EvaluationReport, title: str) -> str:
    return (
        f'<div class="verdict {report.verdict}"><h1>{title}</h1><p>A is <b>{_said(report.a.label)}</b>, '
        f"B is <b>{_said(report.b.label)}</b>.</p><p>{_prose(report.reason)}</p></div>"
    )


def _plot(name: str, plot: str, words: str, without: str = "") -> str:
    """A plot with its heading and the words to read it by; `without` in its place where there is nothing to plot."""
    if not plot and not without:
        return ""
    shown = _scrolled(f"{name}, plot", plot) if plot else ""
    said = words if plot else without
    return f"<h2>{name}</h2>\n" + (f'<p class="soft">{said}</p>\n' if said else "") + shown


def _how_to_read(report: EvaluationReport) -> str:
    without = [name_text(each.name) for each in report.measures if each.counts and each.interval is None]
    return f"{_HOW_TO_READ} No interval: {', '.join(without)}." if without else _HOW_TO_READ


_NUMBERS = (
    *("A", "B", "B - A", "95 % interval", "n", "p", "margin", "to settle"),
    *("facts, A", "facts, B", "USD, A", "USD, B"),
)
_ALIGNED = dict.fromkeys(_NUMBERS, ' class="number"')
_MEASURES = ("measure", "A", "B", "B - A", "95 % interval", "n", "p", "test", "margin", "verdict", "to settle")
_ROWS = ("brief", "text", "A", "B", "B - A", "preferred", "facts, A", "facts, B", "USD, A", "USD, B")


def _measure(measure: MeasureResult) -> Sequence[Cell]:
    return [
        (name_text(measure.name), "head" if measure.counts else "aside"),
        (measured(measure, measure.a), "number"),
        (measured(measure, measure.b), "number"),
        (measured(measure, measure.difference, signed=True), "number"),
        (interval_text(measure), "number"),
        (f"{measure.n:,}", "number"),
        (p_text(measure), "number"),
        (name_of_test(measure), "aside"),
        (measured(measure, measure.margin), "number"),
        (verdict_text(measure), measure.verdict if measure.counts else "aside"),
        (settle_text(measure.briefs_to_settle), "number"),
    ]


def _rows(report: EvaluationReport) -> Iterable[Sequence[Cell]]:
    for row in report.rows:
        a, b = row.a, row.b
        yield [
            (row.id, "id"),
            (row.excerpt, "text"),
            (score_text(a), "number"),
            (score_text(b), "number"),
            (amount(row.difference, "points", signed=True), "number"),
            (preferred_text(row.preference), ""),
            (claims_text(a.claims) if a else NONE, "number"),
            (claims_text(b.claims) if b else NONE, "number"),
            (amount(a.usd, "USD") if a else NONE, "number"),
            (amount(b.usd, "USD") if b else NONE, "number"),
        ]


def _table(label: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    first = "".join(f'<th scope="col"{_ALIGNED.get(name, "")}>{escape(name)}</th>' for name in head)
    body = "\n".join(f"<tr>{''.join(_cell(*cell) for cell in row)}</tr>" for row in rows)
    return _scrolled(label, f"<table><thead><tr>{first}</tr></thead>\n<tbody>\n{body}\n</tbody></table>")


def _scrolled(label: str, content: str) -> str:
    """What may be wider than the window, in a region of its own that the keyboard can scroll."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">{content}</div>'


def _cell(text: str, kind: str) -> str:
    if kind == "head":
        return f'<th scope="row">{_said(text)}</th>'
    return f'<td class="{kind}">{_said(text)}</td>' if kind else f"<td>{_said(text)}</td>"


def _said(text: str) -> str:
    """A text of any author, isolated from the direction of the text around it."""
    return f"<bdi>{escape(clean(text))}</bdi>"


def _prose(text: str) -> str:
    """A sentence of the report; names between backticks are set as code."""
    return re.sub(r"`([a-z_]+)`", r"<code>\1</code>", _said(text))


@cache
def _css() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")
