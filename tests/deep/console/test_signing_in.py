"""Who gets into the console, and who does not."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Browser, expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import visit
from tests.deep.console.world import World

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]


def test_the_link_signs_in_once_and_leaves_no_trace_in_the_address(world: World, browser: Browser) -> None:
    with visit(browser, world.url, None) as first:
        first.page.goto(world.link)
        expect(first.page.get_by_role("heading", name="Personas")).to_be_visible()
        assert first.page.url == f"{world.url}/#/"
        kept = first.page.evaluate("[Object.values(sessionStorage), Object.values(localStorage), document.cookie]")
        assert kept == [[world.server.api_key], [], ""]
        second = first.page.context.new_page()
        second.goto(f"{world.url}/#/keys")
        expect(second.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
        second.get_by_role("button", name="Sign out").click()
        expect(first.page.get_by_role("heading", name="Sign in")).to_be_visible()
    with visit(browser, world.url, None) as later:
        later.page.goto(world.link)
        expect(later.page.get_by_text("The sign-in link is used or expired")).to_be_visible()


def test_a_pasted_key_signs_in_and_a_wrong_one_is_refused_in_words(world: World, browser: Browser) -> None:
    with visit(browser, world.url, None) as opened:
        opened.page.goto(world.url)
        opened.page.get_by_label("API key").fill("ff_live_wrong")
        opened.page.keyboard.press("Enter")
        expect(opened.page.get_by_role("alert")).to_be_visible()
        opened.page.get_by_label("API key").fill(world.server.api_key)
        opened.page.keyboard.press("Enter")
        expect(opened.page.get_by_role("heading", name="Personas")).to_be_visible()
