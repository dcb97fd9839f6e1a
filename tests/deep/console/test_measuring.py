"""What a person measures in the console: usage against the budget, and one setting against another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Route, expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit
from tests.deep.console.world import World, wait_for

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]


def test_usage_is_shown_by_day_and_by_step(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("usage", ".plot")
    total = world.server.call("GET", "/v1/usage").json()["total"]
    expect(page.get_by_label("Total")).to_contain_text(f"{total['calls']:,}")
    steps = page.get_by_role("region", name="Usage by group")
    expect(steps).to_contain_text("mask build")
    page.get_by_label("By", exact=True).select_option("model")
    expect(steps).to_contain_text("offline:composer-1")


def test_the_cost_of_a_day_is_drawn_against_the_cap(world: World, desk: Visit) -> None:
    page = desk.page

    def priced(route: Route) -> None:
        reply = route.fetch()
        report = reply.json()
        for each in report["data"]:
            each["cost_usd"] = 0.5 if each["calls"] else 0
        report["total"]["cost_usd"] = 0.5
        route.fulfill(response=reply, json=report)

    page.route("**/v1/usage?**", priced)
    world.server.commit({"api.limits.usd_per_day": 2.0, "api.limits.usd_per_month": 10.0})
    try:
        desk.open("usage", ".plot")
        today = page.evaluate("new Date().toISOString().slice(0, 10)")
        expect(page.get_by_role("img")).to_have_accessible_name(f"Cost by day; most on {today}: $0.50; cap $2.00 a day")
        expect(page.get_by_label("Budget of this month")).to_contain_text("$0.50 of $10.00 this month")
    finally:
        world.server.reset("api.limits.usd_per_day", "api.limits.usd_per_month")


def test_the_map_of_voices_leads_to_each_persona(world: World, desk: Visit) -> None:
    page = desk.page
    world.server.call(
        "POST",
        "/v1/personas/import",
        body=world.server.call("GET", f"/v1/personas/{world.persona['id']}/export").json(),
    )
    desk.open("", ".people li")
    page.get_by_role("link", name="Map of voices").click()
    expect(page.get_by_role("img")).to_have_accessible_name(re.compile(r"Map of \d+ voices"))
    page.get_by_role("region", name="Voices", exact=True).get_by_role(
        "link", name=world.persona["surface"]["name"]
    ).first.click()
    expect(page.get_by_role("heading", name=world.persona["surface"]["name"])).to_be_visible()


def test_two_settings_are_compared_and_the_report_read_and_saved(desk: Visit) -> None:
    page = desk.page
    desk.open("evaluations", "form")
    page.get_by_label("Name").fill("one call or six")
    page.get_by_label("Method of B").select_option("naive")
    page.get_by_label("Briefs", exact=True).fill("A cooper, 60, in Porto\nA glazier, 31, in Riga\nA piper, 45, in Oban")
    expect(page.locator(".estimate")).to_contain_text("calls")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/#/evaluations/evl_*")
    expect(page.get_by_role("region", name="Verdict")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("region", name="Measures")).to_contain_text("overall")
    expect(page.get_by_role("region", name="Briefs").locator("tbody tr")).to_have_count(3)
    expect(page.locator(".plot svg")).to_have_accessible_name(re.compile("Differences of 3 briefs"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as HTML report").click()
    assert "naive" in saved.value.path().read_text()


def test_another_model_is_checked_against_the_voice(world: World, desk: Visit) -> None:
    page = desk.page
    made = world.server.call("POST", "/v1/personas", body={"intent": "A lock keeper, 59, in Briare"}).json()
    path = f"/v1/personas/{made['id']}"
    wait_for(world.server, f"{path}/fingerprint")
    desk.open(f"personas/{made['id']}/fingerprint", ".plot")
    card = page.get_by_role("region", name="Voice on another model")
    card.get_by_label("Model to check").fill("offline:composer-1")
    expect(card.locator(".estimate")).to_contain_text("50 calls")
    card.get_by_role("button", name="Check this model").click()
    kept = card.get_by_role("article", name="Certificate of offline:composer-1")
    expect(kept).to_contain_text("the voice is kept")
    [certificate] = world.server.call("GET", f"{path}/voice-check").json()["certificates"]
    expect(kept).to_contain_text(f"{certificate['pairs']} of 50 scenarios compared")


def test_a_lost_voice_is_shown_with_what_changed(world: World, desk: Visit) -> None:
    page = desk.page
    words = "runs to 15 words a sentence; the voice keeps to about 9"

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            route.continue_()
            return
        reply = route.fetch()
        checks = reply.json()
        changed = {"feature": "sentence_length", "observed": 15.2, "usual": 9.1, "z": 1.4, "words": words}
        shift = {"estimate": 0.031, "interval": [0.021, 0.041], "margin": 0.007, "p_value": 0.001}
        lost = {"model": "a:other", "verdict": "degraded", "changed": [changed], "shift": shift}
        checks["certificates"].insert(0, checks["certificates"][0] | lost)
        route.fulfill(response=reply, json=checks)

    page.route("**/voice-check", answer)
    desk.open(f"personas/{world.persona['id']}/fingerprint", ".plot")
    card = page.get_by_role("article", name="Certificate of a:other")
    expect(card).to_contain_text("the voice is lost")
    expect(card.get_by_role("list", name="What changed")).to_have_text(f"sentence length: {words}")
    expect(card).to_contain_text("0.031 shift of the voice · 90 % interval 0.021 to 0.041 · margin 0.007 · p 0.001")
    with page.expect_response("**/voice-check"):  # the estimate is refused too, and says nothing
        page.get_by_label("Model to check").fill("anthropic:claude-haiku-4-5")
    page.get_by_role("button", name="Check this model").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be used in this deployment")
    desk.errors.clear()  # Chromium reports the 422
