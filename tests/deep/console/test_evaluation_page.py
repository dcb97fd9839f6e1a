"""The console's page of an evaluation, with reports that its server did not make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fourfold.evaluation.measures import DEFAULT_METRICS
from fourfold.evaluation.models import EvaluationReport, Observation, Side
from fourfold.evaluation.report import report
from tests.deep.console.browser import Visit
from tests.deep.console.world import World
from tests.unit.evaluation.hostile_report import hostile_report
from tests.unit.evaluation.observations import evaluation, observed

if TYPE_CHECKING:  # of the dependency group deep, which the gate does without
    from playwright.sync_api import Route

pytestmark = pytest.mark.deep(part="console")


def _show(desk: Visit, world: World, made: EvaluationReport) -> str:
    """Shows the world's evaluation with this report in place of its own; returns the text of the page."""

    def answer(route: Route) -> None:
        document = route.fetch().json()
        route.fulfill(json={**document, "report": json.loads(made.model_dump_json())})

    path = next(path for path, _ in world.paths if path.startswith("evaluations/"))
    pattern = f"**/v1/{path}"
    desk.page.route(pattern, answer)
    desk.open(path, "section.card")
    text: str = desk.page.locator("main").inner_text()
    desk.page.unroute(pattern)
    return text


def test_what_was_not_measured_and_what_costs_little_is_shown_as_that(desk: Visit, world: World) -> None:
    def of(brief: int, side: Side) -> Observation:
        if brief == 1:
            return observed(brief, side, None, status="failed", claims=None)
        return observed(brief, side, None, usd=0.00004 if side == "a" else 0.00008)

    text = _show(desk, world, report(evaluation(20, of, metrics=DEFAULT_METRICS)))
    overall = next(line for line in text.splitlines() if line.startswith("overall"))
    assert "not measured" in text
    assert overall.split("\t")[1:7] == ["0", "–", "–", "–", "–", "–"]
    cost = next(line for line in text.splitlines() if line.startswith(("usd", "USD")))
    assert cost.split("\t")[2:5] == ["0.00004", "0.00008", "+0.00004"]
    assert "no score" in text
    assert "failed" in text


@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_of_a_caller_leaves_the_page(desk: Visit, world: World, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": 900})
    made = hostile_report()
    long = made.rows[0].model_copy(update={"excerpt": "W" * 120})
    text = _show(desk, world, made.model_copy(update={"rows": (long, *made.rows)}))
    assert "W" * 120 in text
    assert desk.page.evaluate("() => document.documentElement.scrollWidth") == width
    ends = desk.page.locator("table").evaluate_all("all => all.map(table => table.getBoundingClientRect().right)")
    assert width < 1280 or max(ends) <= width


def test_the_dots_of_many_briefs_stay_in_the_plot(desk: Visit, world: World) -> None:
    _show(desk, world, report(evaluation(400, lambda brief, side: observed(brief, side, 4.0 - (brief % 3) / 10))))
    dots = desk.page.locator(".plot circle").evaluate_all(
        "all => all.map(dot => [dot.cx.baseVal.value, dot.cy.baseVal.value])"
    )
    assert len(dots) == 400
    assert min(y for _, y in dots) > 5
    assert len({(x, round(y, 3)) for x, y in dots}) == 400
