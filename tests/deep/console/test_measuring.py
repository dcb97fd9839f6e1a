"""What a person measures in the console: usage against the budget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Route, expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit
from tests.deep.console.world import World

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
