"""What a person does with settings, keys and webhooks in the console."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit
from tests.deep.console.world import World

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]


def test_a_setting_is_explained_set_and_unset(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("settings", ".group")
    page.get_by_label("Find a key").fill("audit.max_retries")
    page.get_by_role("button", name="Explain or change engine.pipeline.audit.max_retries").click()
    page.get_by_label("Value of engine.pipeline.audit.max_retries").fill("1")
    page.get_by_label("Reason").fill("fewer")
    page.get_by_role("button", name="Set", exact=True).click()
    # The row is drawn again once the value is set; it was set to another one before.
    expect(page.get_by_label("Value of engine.pipeline.audit.max_retries")).to_have_count(0)
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


def test_a_sample_of_an_event_is_sent_to_an_endpoint(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open(f"webhooks/{world.webhook_id}", "table")
    page.get_by_label("Event of the sample").select_option("persona.drift_detected")
    page.get_by_role("button", name="Send sample").click()
    expect(page.get_by_text("A sample of persona.drift_detected is on its way")).to_be_visible()
    expect(page.locator("tbody th").filter(has_text="persona.drift_detected")).to_have_count(1)


def test_settings_are_kept_in_a_snapshot_and_rolled_back(world: World, desk: Visit) -> None:
    page = desk.page
    key = "engine.pipeline.audit.min_overall_score"
    desk.open("settings/snapshots", "form")
    page.get_by_label("Label").fill("before the test")
    page.get_by_role("button", name="Take snapshot").click()
    expect(page.get_by_text("“before the test” keeps")).to_be_visible()
    world.server.commit({key: 2.5})
    page.get_by_role("button", name="Roll back to before the test").click()
    expect(page.get_by_role("region", name="Changes")).to_contain_text(key)
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(page.get_by_text("Rolled back to “before the test”")).to_be_visible()
    assert world.server.call("GET", f"/v1/config?prefix={key}").json()["data"][0]["source"] == "default"
    page.get_by_role("link", name="History").click()
    newest = page.locator("li.card").first
    expect(newest).to_contain_text("Back to before the test")
    newest.locator("summary").click()
    expect(newest.get_by_role("region")).to_contain_text("not set")


def test_a_preset_says_what_it_would_change_before_it_is_applied(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("settings/presets", "[role=group] button")
    page.get_by_role("button", name="draft", exact=True).click()
    expect(page.get_by_role("region", name="Changes")).to_contain_text("engine.pipeline.soul_draft.model")
    assert world.server.call("GET", "/v1/config?prefix=engine.chat.model").json()["data"][0]["source"] == "default"
    page.get_by_role("button", name="offline", exact=True).click()
    page.get_by_role("button", name="Apply offline").click()
    expect(page.get_by_text("offline is applied")).to_be_visible()
    stored = world.server.call("GET", "/v1/config?prefix=engine.chat.model").json()["data"][0]
    assert (stored["value"], stored["source"]) == ("offline:composer-1", "workspace")
    revision = world.server.call("GET", "/v1/config/revisions").json()["data"][0]
    world.server.reset(*[change["key"] for change in revision["changes"]])
