"""A person's browser: Chromium with the console open, and what it noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chromium import CHROMIUM, FLAGS

if TYPE_CHECKING:  # of the dependency group deep, which the gate does without
    from playwright.sync_api import Browser, Dialog, Page

DESK = {"width": 1280, "height": 900}


@dataclass
class Visit:
    """A page of the browser, and what a visit must not cause: errors, requests to other origins, dialogs."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)

    def open(self, path: str, wait_for: str = "h1") -> None:
        """Shows a page of the console (`personas/<id>`), and returns when an element of it is there."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/#/{path}")
        self.page.wait_for_selector(wait_for)
        self.page.wait_for_selector("main:not([aria-busy])")

    def violations(self, axe: Path) -> list[str]:
        """What axe-core finds wrong with the present page, at level A, AA and its best practices."""
        self.page.evaluate(axe.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:160]} {node['any'][:1]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a new profile."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - see above

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, url: str, key: str | None, **options: Any) -> Iterator[Visit]:
    """A tab of its own, signed in with `key`; `options` are playwright's of a context."""
    context = browser.new_context(**{"viewport": DESK, **options})
    if key is not None:
        keep = f"sessionStorage.setItem('fourfold.api_key', {json.dumps(key)})"
        context.add_init_script(f"if (location.protocol === 'http:') {keep}")
    page = context.new_page()
    page.set_default_timeout(60_000)  # the machine may be busy
    made = Visit(page, url)
    page.on("pageerror", lambda error: made.errors.append(str(error)))
    page.on("console", lambda said: made.errors.append(said.text) if said.type == "error" else None)

    def refuse(dialog: Dialog) -> None:
        made.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("request", lambda request: made.origins.add("/".join(request.url.split("/")[:3])))
    yield made
    context.close()


def paths(persona_id: str, run_id: str, webhook_id: str, evaluation_id: str) -> Sequence[tuple[str, str]]:
    """Every page of the console, with an element that is there once it is complete."""
    return (
        ("", ".people li"),
        ("voices", ".plot"),
        ("create", "textarea"),
        (f"runs/{run_id}", ".step.done"),
        ("runs", "tbody tr"),
        (f"personas/{persona_id}", ".layer"),
        (f"personas/{persona_id}/suite", ".test"),
        (f"personas/{persona_id}/fingerprint", "article"),
        (f"personas/{persona_id}/versions", "table"),
        (f"personas/{persona_id}/change", "form"),
        (f"personas/{persona_id}/use", ".prompt"),
        ("evaluations", "tbody tr"),
        (f"evaluations/{evaluation_id}", ".plot"),
        ("usage", ".plot"),
        ("webhooks", ".card"),
        (f"webhooks/{webhook_id}", ".card"),
        ("settings", ".group"),
        ("settings/history", "li.card"),
        ("settings/snapshots", "form"),
        ("settings/presets", "[role=group] button"),
        ("keys", "table"),
    )
