"""The docs page in a browser: the first try of an operation works, and so does the second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chromium import CHROMIUM
from tests.integration.local_server import LocalServer

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from tests.deep.console.browser import chromium, visit

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]
CREATE = "#operations-personas-create_persona"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    started = LocalServer(tmp_path_factory.mktemp("local"))
    started.start()
    started.without_jobs()
    yield started
    assert started.stop() == 0, started.said()


def test_an_operation_can_be_executed_twice(server: LocalServer) -> None:
    with chromium() as browser, visit(browser, server.server.api_url, None) as seen:
        page = seen.page
        page.goto(f"{seen.url}/docs")
        page.click("button.authorize")
        page.fill(".auth-container input", server.api_key)
        page.click(".auth-btn-wrapper button.authorize")
        page.click(".auth-btn-wrapper .btn-done")
        operation = page.locator(CREATE)
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        for _ in range(2):
            with page.expect_response(lambda reply: reply.url.endswith("/v1/personas"), timeout=120_000) as reply:
                operation.locator("button.execute").click()
            assert reply.value.status == 201, reply.value.text()
            shown = operation.locator(".live-responses-table .highlight-code").first
            shown.get_by_text(reply.value.json()["id"]).first.wait_for()
        assert not seen.errors
        assert seen.origins == {seen.url}
    assert len(server.call("GET", "/v1/personas").json()["data"]) == 2
