"""The docs page in a browser: the first try of an operation works, and so does the second."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Browser

from tests.chromium import CHROMIUM
from tests.deep.console.browser import visit
from tests.deep.console.world import World

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]
CREATE = "#operations-personas-create_persona"


def test_an_operation_can_be_executed_twice(world: World, browser: Browser) -> None:
    made = set()
    with visit(browser, world.url, None) as seen:
        page = seen.page
        page.goto(f"{seen.url}/docs")
        page.click("button.authorize")
        page.fill(".auth-container input", world.server.api_key)
        page.click(".auth-btn-wrapper button.authorize")
        page.click(".auth-btn-wrapper .btn-done")
        operation = page.locator(CREATE)
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        for _ in range(2):
            with page.expect_response(lambda reply: reply.url.endswith("/v1/personas"), timeout=120_000) as reply:
                operation.locator("button.execute").click()
            assert reply.value.status == 201, reply.value.text()
            made.add(reply.value.json()["id"])
            shown = operation.locator(".live-responses-table .highlight-code").first
            shown.get_by_text(reply.value.json()["id"]).first.wait_for()
        assert not seen.errors
        assert seen.origins == {seen.url}
    assert len(made) == 2
    assert all(world.server.call("GET", f"/v1/personas/{each}").status_code == 200 for each in made)
