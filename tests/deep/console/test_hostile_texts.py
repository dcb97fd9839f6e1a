"""Texts of others stay texts in the console, and no page can frame it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Browser, Route, expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit, visit
from tests.deep.console.hostile import TEXTS
from tests.deep.console.world import World, figure

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]


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
            "group_by",
            "nearest",
            "personas",
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
        opened.page.route("**/v1/usage**", answer)
        opened.page.route("**/v1/voices", answer)
        for part in ("schema", "revisions", "snapshots"):
            opened.page.route(f"**/v1/config/{part}**", answer)
        for path, _ in world.paths:
            opened.open(path)
            opened.page.wait_for_timeout(300)
            opened.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            shown = opened.page.locator("body").inner_text()
            assert (
                any(text in shown for text in TEXTS)
                or path in {"runs", "create", "settings"}
                or path.startswith("runs/")
            ), path
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
