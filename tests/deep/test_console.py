"""What a person does in the console, in Chromium against a local server: every page, hostile texts, weights and times.

Figures are printed by `pytest -s`, and written to the file that FOURFOLD_CONSOLE_FIGURES names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Browser, Route, expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit, chromium, paths, visit
from tests.deep.console.hostile import TEXTS
from tests.integration.local_server import LocalServer, eventually

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]
expect.set_options(timeout=30_000)  # the machine may be busy
BRIEF = "A harbour master, 61, in Bergen who keeps the names of the drowned"
FIRST_SCREEN_BYTES = 150_000
MANY = 1000


@dataclass(frozen=True)
class World:
    """A server with a persona whose jobs are done, a run, a webhook endpoint, and the link that it printed."""

    server: LocalServer
    persona: dict[str, Any]
    webhook_id: str
    link: str

    @property
    def url(self) -> str:
        return self.server.server.api_url

    @property
    def paths(self) -> list[tuple[str, str]]:
        return list(paths(self.persona["id"], self.persona["run_id"], self.webhook_id))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server = LocalServer(tmp_path_factory.mktemp("local"))
    server.borrow_made_before()
    server.start()
    made = server.call("POST", "/v1/personas", body={"intent": BRIEF}).json()
    path = f"/v1/personas/{made['id']}"
    for job in ("fingerprint", "test-suite"):
        eventually(lambda job=job: server.call("GET", f"{path}/{job}").json()["status"] == "ready", 120)
    hook = {"url": "http://127.0.0.1:9/hooks", "events": ["persona.created"], "description": "a receiver that is down"}
    endpoint = server.call("POST", "/v1/webhooks", body=hook).json()
    server.call("POST", f"/v1/webhooks/{endpoint['id']}/ping")
    eventually(lambda: "Ctrl-C stops" in server.said())
    link = next(line.split()[1] for line in server.said().splitlines() if "Console" in line)
    yield World(server, server.call("GET", path).json(), endpoint["id"], link)
    assert server.stop() == 0, server.said()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def desk(world: World, browser: Browser) -> Iterator[Visit]:
    """A signed-in tab, in which no script failed and from which no other host was asked."""
    with visit(browser, world.url, world.server.api_key) as opened:
        yield opened
        assert opened.errors == []
        assert {origin for origin in opened.origins if origin.startswith("http")} <= {world.url}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("axe")
    shutil.copy(Path(__file__).parent / "console" / "package.json", folder)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, timeout=120)
    return folder / "node_modules" / "axe-core" / "axe.min.js"


def figure(name: str, value: object) -> None:
    """Prints a figure, and keeps it where FOURFOLD_CONSOLE_FIGURES says."""
    print(f"{name}: {value}")  # noqa: T201 - the figures of the run
    if target := os.environ.get("FOURFOLD_CONSOLE_FIGURES"):
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: value}) + "\n")


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


def test_a_brief_becomes_a_persona_step_by_step(desk: Visit) -> None:
    page = desk.page
    desk.open("create")
    page.get_by_role("button", name="A ferry pilot, 67").click()
    page.get_by_role("button", name="Create persona").click()
    page.wait_for_url("**/#/runs/run_*")
    expect(page.locator(".step.done")).to_have_count(6)
    for text in ("offline:composer-1", "tokens", "$0"):
        expect(page.locator(".step.done").first).to_contain_text(text)
    page.wait_for_url("**/#/personas/per_*")
    expect(page.locator(".layer")).to_have_count(5)
    assert page.title().endswith("fourfold")


def test_a_reload_in_mid_run_shows_the_run_again_and_a_retry_its_scores(world: World, desk: Visit) -> None:
    page = desk.page
    world.server.commit({"engine.pipeline.audit.min_overall_score": 5.0})
    try:
        desk.open("create")
        page.get_by_label("Brief").fill("A night-shift baker, 41, in Lisbon, who counts other people's debts")
        page.get_by_role("button", name="Create persona").click()
        page.wait_for_selector(".step.done")
        page.reload()
        page.wait_for_selector(".step.done")
        expect(page.locator(".attempt")).to_have_count(4)
        expect(page.get_by_text("The audit asked for better").first).to_be_visible()
        expect(page.get_by_text("flagged").first).to_be_visible()
    finally:
        world.server.reset("engine.pipeline.audit.min_overall_score")


def test_an_error_is_said_in_words(desk: Visit) -> None:
    desk.page.route("**/v1/personas", lambda route: route.abort())
    desk.open("create")
    desk.page.get_by_label("Brief").fill("Somebody")
    desk.page.get_by_role("button", name="Create persona").click()
    expect(desk.page.get_by_text("The server does not answer")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Create persona")).to_be_enabled()
    desk.errors.clear()  # Chromium reports the aborted request


def test_a_persona_is_read_from_the_inside_out(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open(f"personas/{world.persona['id']}", ".link-chip")
    heads = page.locator(".layer h2").all_inner_texts()
    assert heads == ["Brief", "Soul", "Self", "Mask", "Surface"]
    for text in (world.persona["surface"]["name"], world.persona["mask"]["social_role"]):
        expect(page.locator(".layers")).to_contain_text(text)
    finding = world.persona["audit"]["findings"][0]
    expect(page.locator("mark").filter(has_text=finding["quote"]).first).to_be_visible()
    page.locator(".pin").first.click()
    assert "finding-" in str(page.evaluate("document.activeElement.id"))
    chip = page.locator(".link-chip").filter(has_text="soul").first
    chip.focus()
    expect(page.locator(".arrows path.tip")).to_have_count(1)
    expect(page.locator(".layer.linked")).to_have_count(2)
    expect(page.locator("svg.radar")).to_be_visible()


def test_a_chat_shows_the_drift_of_each_reply_and_of_the_session(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open(f"personas/{world.persona['id']}", ".chat")
    box = page.get_by_label("Message to")
    for number, text in enumerate(
        ("Did you sleep at all last night, and what did you dream of?", "And the night before?"), 1
    ):
        box.fill(text)
        box.press("Enter")
        expect(page.locator(".message.theirs:not([aria-busy])")).to_have_count(number)
    expect(page.locator(".drift").first).to_contain_text("of 0.30")
    expect(page.locator(".drift").first).to_contain_text("p 0.")
    expect(page.locator(".cusum")).to_be_visible()
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".message")).to_have_count(0)


def test_a_test_of_the_suite_is_opened_and_run_again(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open(f"personas/{world.persona['id']}/suite", ".test")
    expect(page.locator(".test")).to_have_count(33)
    page.get_by_role("button", name="role.002").click()
    expect(page.locator(".transcript li").first).to_be_visible()
    page.get_by_role("button", name="Run this test again").click()
    expect(page.get_by_text("role.002 runs again")).to_be_visible()


def test_new_personas_and_runs_appear_without_asking(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("runs")
    page.wait_for_timeout(1500)  # the WebSocket connects
    world.server.call("POST", "/v1/personas", body={"intent": "A bell founder, 50, in Ghent"})
    expect(page.locator("tbody tr").first).to_be_visible()
    desk.open("", ".people li")
    page.wait_for_timeout(1500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3000)
    assert asked == [], "nothing is polled"
    made = world.server.call("POST", "/v1/personas", body={"intent": "A lamplighter, 70, in Zagreb"}).json()
    expect(page.locator(f".people a[href*='{made['id']}']")).to_be_visible()


def test_a_layer_is_edited_and_the_version_restored(world: World, desk: Visit) -> None:
    page = desk.page
    made = world.server.call("POST", "/v1/personas", body={"intent": "A ferrywoman, 52, in Rovinj"}).json()
    desk.open(f"personas/{made['id']}", ".link-chip")
    page.get_by_role("button", name="Edit Surface").click()
    page.get_by_label("name", exact=True).fill("Ana Kovač")
    page.get_by_label("age", exact=True).fill("19")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("must be")
    desk.errors.clear()  # Chromium reports the 422
    page.get_by_label("age", exact=True).fill("52")
    page.get_by_label("Reason").fill("her name was spelled wrong")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Ana Kovač")).to_be_visible()
    expect(page.get_by_text("of the layers before an edit")).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="What changed in version 2").click()
    expect(page.locator(".changes ins").first).to_contain_text("Ana")
    page.evaluate("window.confirm = () => true")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("heading", name=made["surface"]["name"])).to_be_visible()
    assert world.server.call("GET", f"/v1/personas/{made['id']}").json()["version"] == 3


def test_a_run_is_cancelled(world: World, desk: Visit) -> None:
    page = desk.page
    world.server.commit({"engine.pipeline.audit.min_overall_score": 5.0})
    try:
        desk.open("create")
        page.get_by_label("Brief").fill("A signalman, 58, in Brig")
        page.get_by_role("button", name="Create persona").click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("alert")).to_contain_text("cancelled")
    finally:
        world.server.reset("engine.pipeline.audit.min_overall_score")


def test_a_setting_is_explained_set_and_unset(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("settings", ".group")
    page.get_by_label("Find a key").fill("audit.max_retries")
    page.get_by_role("button", name="Explain or change engine.pipeline.audit.max_retries").click()
    page.get_by_label("Value of engine.pipeline.audit.max_retries").fill("1")
    page.get_by_label("Reason").fill("fewer")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("set here")).to_be_visible()
    assert (
        world.server.call("GET", "/v1/config?prefix=engine.pipeline.audit.max_retries").json()["data"][0]["value"] == 1
    )
    page.get_by_role("button", name="Explain or change engine.pipeline.audit.max_retries").click()
    page.get_by_role("button", name="Unset").click()
    expect(page.get_by_text("set here")).to_have_count(0)


def test_a_key_is_made_shown_once_and_revoked(desk: Visit) -> None:
    page = desk.page
    desk.open("keys", "table")
    page.get_by_label("Name").fill("A key of the test")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("shown this once")).to_be_visible()
    page.evaluate("window.confirm = () => true")
    page.get_by_role("button", name="Revoke A key of the test").click()
    expect(page.locator("tr").filter(has_text="A key of the test")).to_have_count(0)


def test_an_endpoint_is_made_and_its_secret_shown_once_and_rotated(desk: Visit) -> None:
    page = desk.page
    desk.open("webhooks", ".card")
    page.get_by_label("URL").fill("http://127.0.0.1:9/new")
    page.get_by_label("all events").uncheck()
    page.get_by_label("persona.created").check()
    page.get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_text("The signing secret is shown this once.")).to_be_visible()
    first = page.locator(".notice code").inner_text()
    expect(page.get_by_label("URL")).to_have_value("")
    page.get_by_role("link", name="http://127.0.0.1:9/new").click()
    page.get_by_role("button", name="Rotate secret").click()
    expect(page.get_by_text("The signing secret is shown this once.")).to_be_visible()
    assert page.locator(".notice code").inner_text() != first
    page.evaluate("window.confirm = () => true")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Webhooks")).to_be_visible()
    expect(page.get_by_role("link", name="http://127.0.0.1:9/new")).to_have_count(0)


def test_a_delivery_is_listed_with_its_attempts(world: World, desk: Visit) -> None:
    desk.open(f"webhooks/{world.webhook_id}", "table")
    expect(desk.page.locator("tbody tr").first).to_contain_text("connection failed")
    expect(desk.page.get_by_role("button", name="Replay webhook")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(world: World, browser: Browser, axe: Path, scheme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    with visit(browser, world.url, world.server.api_key, viewport=size, color_scheme=scheme) as opened:
        for path, wait_for in world.paths:
            opened.open(path, wait_for)
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


def hostile(value: Any, texts: Iterator[str]) -> Any:
    """The document with a hostile text in place of each text but codes, ids and times."""
    if isinstance(value, dict):
        kept = {
            "id",
            "run_id",
            "status",
            "at",
            "type",
            "family",
            "severity",
            "verdict",
            "grade",
            "field",
            "pointer",
            "kind",
        }
        return {
            name: each if name in kept or name.endswith(("_at", "_id")) else hostile(each, texts)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [hostile(each, texts) for each in value]
    return next(texts) if isinstance(value, str) else value


def endless() -> Iterator[str]:
    while True:
        yield from TEXTS


def test_hostile_texts_are_shown_as_texts(world: World, browser: Browser) -> None:
    texts = endless()

    def answer(route: Route) -> None:
        reply = route.fetch()
        if "json" not in reply.headers.get("content-type", ""):
            route.fulfill(response=reply)
            return
        route.fulfill(response=reply, json=hostile(reply.json(), texts))

    with visit(browser, world.url, world.server.api_key) as opened:
        opened.page.route("**/v1/personas**", answer)
        opened.page.route("**/v1/webhooks**", answer)
        opened.page.route("**/v1/keys**", answer)
        opened.page.route("**/v1/config/schema**", answer)
        for path, _ in world.paths:
            opened.open(path)
            opened.page.wait_for_timeout(300)
            opened.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            shown = opened.page.locator("body").inner_text()
            assert "hurt" in shown or path in {"runs", "create", "settings"} or path.startswith("runs/"), path
            assert opened.page.evaluate("typeof window.hurt") == "undefined", path
            assert (
                opened.page.locator(
                    "main iframe, main script, main style, main link, main base, main object, main img"
                ).count()
                == 0
            )
        assert opened.dialogs == []
        assert {origin for origin in opened.origins if origin.startswith("http")} == {world.url}
    figure("hostile texts, each shown as text on all pages", len(TEXTS))


def test_an_imported_persona_with_hostile_layers_is_shown_as_text(world: World, desk: Visit) -> None:
    file = world.server.call("GET", f"/v1/personas/{world.persona['id']}/export").json()
    texts = endless()
    for layer in ("soul", "mask", "surface"):
        for name, value in file["data"][layer].items():
            if isinstance(value, str) and name != "register":
                file["data"][layer][name] = next(texts)
    file["data"]["intent"] = TEXTS[0]
    made = world.server.call("POST", "/v1/personas/import", body=file)
    assert made.status_code == 201, made.text
    desk.open(f"personas/{made.json()['id']}", ".layer")
    expect(desk.page.locator("#layer-brief")).to_contain_text(TEXTS[0])
    expect(desk.page.locator("h1")).to_have_text(made.json()["surface"]["name"])
    assert desk.page.evaluate("typeof window.hurt") == "undefined"


def test_the_browser_itself_refuses_what_the_sources_never_do(desk: Visit) -> None:
    desk.open("create")
    markup = "() => { try { document.body.innerHTML = '<b>x</b>'; return 'done' } catch { return 'refused' } }"
    assert desk.page.evaluate(markup) == "refused"
    script = "const s = document.createElement('script'); s.append('window.hurt = 1'); document.body.append(s)"
    desk.page.evaluate(f"() => {{ try {{ {script} }} catch {{}} }}")
    assert desk.page.evaluate("typeof window.hurt") == "undefined"
    desk.errors.clear()  # Chromium reports what it refused


def test_no_page_can_frame_the_console(world: World, browser: Browser) -> None:
    with visit(browser, world.url, None) as opened:
        opened.page.goto("data:text/html,<iframe id=f src='" + world.url + "/' width=600 height=400></iframe>")
        opened.page.wait_for_timeout(1500)
        frame = next(each for each in opened.page.frames if each.parent_frame)
        assert frame.url.startswith("chrome-error:")


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
