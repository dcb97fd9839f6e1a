"""The page of an evaluation's report, in Chromium: complete in itself, readable on a phone, at night and by ear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fourfold.evaluation.measures import DEFAULT_METRICS, MEASURE_NAMES
from fourfold.evaluation.models import EvaluationReport, Observation, Side
from fourfold.evaluation.rendering import html
from fourfold.evaluation.report import report
from tests.deep.console.browser import Visit, visit
from tests.unit.evaluation.hostile_report import hostile_report
from tests.unit.evaluation.observations import evaluation, observed

if TYPE_CHECKING:  # of the dependency group deep, which the gate does without
    from playwright.sync_api import Browser

pytestmark = pytest.mark.deep(part="console")
SMALLEST_PX = 10
# The texts of a plot that cover each other, and those that leave it.
COLLISIONS = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  const outside = texts.filter(([, at]) => at.left < frame.left - 1 || at.right > frame.right + 1);
  const covering = texts.filter(([, one], place) => texts.some(([, other], later) => later > place
    && one.left < other.right - 1 && other.left < one.right - 1
    && one.top < other.bottom - 3 && other.top < one.bottom - 3));
  return [...outside, ...covering].map(([words]) => words);
})"""


def _cheap(brief: int, side: Side) -> Observation:
    return observed(brief, side, 3.5 + brief % 7 / 10, usd=0.00003 * (1 + brief / 40))


# What is shown, and the number of its plots.
REPORTS: dict[str, tuple[Callable[[], EvaluationReport], int]] = {
    "hostile": (hostile_report, 3),
    "no briefs": (lambda: report(evaluation(0, observed, metrics=DEFAULT_METRICS)), 0),
    "one": (lambda: report(evaluation(1, observed, metrics=DEFAULT_METRICS)), 2),
    "equal and cheap": (lambda: report(evaluation(40, _cheap, metrics=MEASURE_NAMES)), 3),
    "a thousand": (lambda: report(evaluation(1_000, _cheap)), 3),
}


@pytest.fixture
def open_file(browser: Browser, tmp_path: Path) -> Callable[..., AbstractContextManager[Visit]]:
    """Opens a page that is stored as a file, in a window with these options."""

    @contextmanager
    def opening(content: str, **options: Any) -> Iterator[Visit]:
        file = tmp_path / "report.html"
        file.write_text(content, encoding="utf-8")
        with visit(browser, "", None, **options) as opened:
            opened.page.goto(file.as_uri())
            yield opened

    return opening


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")])
@pytest.mark.parametrize("shown", REPORTS)
def test_the_page_of_a_report_reads_well_and_asks_no_other_host(
    open_file: Callable[..., AbstractContextManager[Visit]], axe: Path, shown: str, scheme: str, width: int
) -> None:
    made, plots = REPORTS[shown]
    with open_file(html(made()), viewport={"width": width, "height": 900}, color_scheme=scheme) as opened:
        assert opened.page.locator("svg").count() == plots
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") == width
        heights = "() => [...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height)"
        assert min(opened.page.evaluate(heights), default=SMALLEST_PX + 1) > SMALLEST_PX
        assert opened.page.evaluate(COLLISIONS) == []
        assert opened.violations(axe) == []
        assert (opened.errors, opened.dialogs, opened.origins) == ([], [], {"file://"})
