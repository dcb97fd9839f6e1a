"""What holds on every page: accessibility, the keyboard, weights and times."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Browser, Route

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit, visit
from tests.deep.console.world import World, figure

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]
FIRST_SCREEN_BYTES = 150_000
MANY = 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(world: World, browser: Browser, axe: Path, scheme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    with visit(browser, world.url, world.server.api_key, viewport=size, color_scheme=scheme) as opened:
        for path, wait_for in world.paths:
            opened.open(path, wait_for)
            opened.page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
            assert opened.violations(axe) == [], path or "personas"
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, path
        figure(f"axe violations, {len(world.paths)} pages, {scheme}, {width} px", 0)
    with visit(browser, world.url, None, viewport=size, color_scheme=scheme) as opened:
        opened.page.goto(world.url)
        opened.page.wait_for_selector("form")
        assert opened.violations(axe) == []


def test_the_keyboard_reaches_what_a_page_offers(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open(f"personas/{world.persona['id']}", ".chat")
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        reached.add(
            page.evaluate("document.activeElement.textContent.trim().slice(0, 20) || document.activeElement.ariaLabel")
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {"Skip to content", "Create", "Suite", "Copy as curl", "Send"} <= reached


def test_the_first_screen_is_light_and_quick(world: World, browser: Browser) -> None:
    with visit(browser, world.url, world.server.api_key) as opened:
        session = opened.page.context.new_cdp_session(opened.page)
        session.send("Network.enable")
        session.send("Performance.enable")
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        opened.page.goto(f"{world.url}/#/")
        opened.page.wait_for_selector(".people li")
        shown = opened.page.evaluate("performance.now()")
        measured = session.send("Performance.getMetrics")["metrics"]
        busy = next(each["value"] for each in measured if each["name"] == "TaskDuration")
        paint = opened.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        opened.page.wait_for_timeout(500)
    figure("bytes of the first screen, compressed, with its data", round(sum(received)))
    figure("requests of the first screen", len(received))
    figure("ms until the list is shown, cold", round(shown))
    figure("ms until the first paint, cold", round(paint))
    figure("ms of the main thread until then", round(busy * 1000))
    assert sum(received) < FIRST_SCREEN_BYTES


def test_a_thousand_personas_scroll(world: World, desk: Visit) -> None:
    page = desk.page

    def answer(route: Route) -> None:
        start = int(route.request.url.partition("cursor=")[2] or 0)
        data = [{**world.persona, "id": f"per_{start + n:026d}"} for n in range(50)]
        more = start + 50 < MANY
        route.fulfill(json={"data": data, "has_more": more, "next_cursor": str(start + 50) if more else None})

    page.route("**/v1/personas?*", answer)
    desk.open("", ".people li")
    before = desk.page.context.new_cdp_session(page)
    before.send("Performance.enable")
    for _ in range(120):
        if page.locator(".people li").count() >= MANY:
            break
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(50)
    assert page.locator(".people li").count() >= MANY
    metrics = {each["name"]: each["value"] for each in before.send("Performance.getMetrics")["metrics"]}
    figure("1,000 personas: layout and script seconds", round(metrics["LayoutDuration"] + metrics["ScriptDuration"], 2))
    figure("1,000 personas: JS heap in MB", round(metrics["JSHeapUsedSize"] / 1e6, 1))
    assert metrics["LayoutDuration"] + metrics["ScriptDuration"] < 10
