"""The page of an evaluation's report, in Chromium: complete in itself, readable on a phone, at night and by ear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fourfold.evaluation.rendering import html
from tests.deep.console.browser import visit
from tests.unit.evaluation.hostile_report import hostile_report

if TYPE_CHECKING:  # of the dependency group deep, which the gate does without
    from playwright.sync_api import Browser

pytestmark = pytest.mark.deep(part="console")
PLOTS, SMALLEST_PX = 3, 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_of_a_report_reads_well_and_asks_nobody(
    browser: Browser, axe: Path, tmp_path: Path, scheme: str, width: int
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(hostile_report()), encoding="utf-8")
    with visit(browser, "", None, viewport={"width": width, "height": 900}, color_scheme=scheme) as opened:
        opened.page.goto(file.as_uri())
        assert opened.page.locator("svg").count() == PLOTS
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") == width
        smallest = (
            "() => Math.min(...[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height))"
        )
        assert opened.page.evaluate(smallest) > 10
        assert opened.violations(axe) == []
        assert (opened.errors, opened.dialogs, opened.origins) == ([], [], {"file://"})
