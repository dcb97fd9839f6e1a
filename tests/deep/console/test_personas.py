"""What a person does with personas in the console."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="the dependency group deep is not installed")

from playwright.sync_api import Route, expect

from tests.chromium import CHROMIUM
from tests.deep.console.browser import Visit
from tests.deep.console.world import World, wait_for
from tests.integration.local_server import eventually

pytestmark = [
    pytest.mark.deep(part="console"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's package chromium"),
]


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
    expect(page.get_by_role("region", name="Pass rate")).to_contain_text("1 of 1 passed")


def test_new_personas_and_runs_appear_without_asking(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("runs")
    page.wait_for_timeout(1500)  # the WebSocket connects
    first = world.server.call("POST", "/v1/personas", body={"intent": "A bell founder, 50, in Ghent"}).json()
    expect(page.locator(f"tbody a[href*='{first['run_id']}']")).to_be_visible()
    for job in ("fingerprint", "test-suite"):
        wait_for(world.server, f"/v1/personas/{first['id']}/{job}")
    newest = "/v1/runs?limit=100"
    eventually(lambda: all(run["status"] != "running" for run in world.server.call("GET", newest).json()["data"]), 120)
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


def test_a_persona_is_created_in_a_language_and_forked_into_another(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("create")
    page.get_by_label("Brief").fill("A tailor, 44, in Leeds")
    page.get_by_label("Language of the persona").fill("Deutsch")
    page.get_by_role("button", name="Create persona").click()
    assert page.url.endswith("create"), "the browser says what a language tag looks like"
    page.get_by_label("Language of the persona").fill("de")
    page.get_by_role("button", name="Create persona").click()
    page.wait_for_url("**/#/personas/per_*")
    expect(page.locator(".facts-line").first).to_contain_text("language de")
    parent = page.url.rpartition("/")[2]
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Language of the fork").fill("tr")
    page.get_by_role("button", name="Fork", exact=True).click()
    page.wait_for_url("**/#/runs/run_*")
    page.wait_for_url("**/#/personas/per_*")
    expect(page.locator(".facts-line").first).to_contain_text("language tr")
    made = world.server.call("GET", f"/v1/personas/{page.url.rpartition('/')[2]}").json()
    assert (made["parent_id"], made["language"]) == (parent, "tr")


def test_one_brief_becomes_several_people(world: World, desk: Visit) -> None:
    page = desk.page
    desk.open("create")
    page.get_by_label("Brief").fill("A well digger of the Alentejo")
    page.get_by_label("How many different people").fill("3")
    expect(page.get_by_label("Slug, its unique name")).to_be_disabled()
    page.get_by_role("button", name="Create persona").click()
    page.wait_for_url("**/#/runs")

    def made() -> list[dict[str, Any]]:
        people = world.server.call("GET", "/v1/personas?limit=10").json()["data"]
        return [each for each in people if "Alentejo" in each["intent"] and each["status"] == "active"]

    eventually(lambda: len(made()) == 3, 120)
    assert len({each["surface"]["name"] for each in made()}) == 3


def test_a_layer_is_written_again_around_what_is_kept_edited_and_moved(world: World, desk: Visit) -> None:
    page = desk.page
    made = world.server.call("POST", "/v1/personas", body={"intent": "A bookbinder, 57, in Ghent"}).json()
    desk.open(f"personas/{made['id']}/change", "form")
    page.get_by_label("Move the tone of").first.select_option("mask")
    page.get_by_label("along").first.select_option("warmth")
    page.get_by_text("Keep more").click()
    page.get_by_label("rhythm").check()
    page.get_by_text("Edit before the run").click()
    page.locator("summary").filter(has_text="Surface").click()
    page.get_by_role("textbox", name="name", exact=True).last.fill("Ana Maes")
    page.get_by_label("Reason").fill("warmer, and her right name")
    expect(page.locator(".estimate").first).to_contain_text("calls")
    page.get_by_role("button", name="Regenerate", exact=True).click()
    page.wait_for_url("**/#/runs/run_*")
    page.wait_for_url("**/#/personas/per_*")
    expect(page.get_by_role("heading", name="Ana Maes")).to_be_visible()
    expect(page.get_by_text("Mask, warmth by +0.5:")).to_be_visible()
    after = world.server.call("GET", f"/v1/personas/{made['id']}").json()
    assert (after["soul"], after["mask"]["rhythm"]) == (made["soul"], made["mask"]["rhythm"])
    assert (after["surface"]["name"], after["version"], after["refined"]["axis"]) == ("Ana Maes", 2, "warmth")


def test_a_refused_regeneration_names_the_field(world: World, desk: Visit) -> None:
    desk.open(f"personas/{world.persona['id']}/change", "form")
    desk.page.get_by_label("First step").select_option("")
    desk.page.get_by_role("button", name="Regenerate", exact=True).click()
    expect(desk.page.get_by_role("alert")).to_contain_text("from")
    desk.errors.clear()  # Chromium reports the 422


def test_a_suite_is_saved_as_junit_and_sarif_and_compared_with_an_earlier_run(world: World, desk: Visit) -> None:
    page = desk.page
    path = f"/v1/personas/{world.persona['id']}/test-suite"
    before = world.server.call("GET", path).json()["run_id"]
    world.server.call("POST", path, body={})
    eventually(lambda: world.server.call("GET", path).json()["run_id"] != before)
    eventually(lambda: world.server.call("GET", path).json()["status"] == "ready", 60)
    desk.open(f"personas/{world.persona['id']}/suite", ".test")
    with page.expect_download() as junit:
        page.get_by_role("button", name="Save as JUnit").click()
    assert "<testsuites" in junit.value.path().read_text()
    with page.expect_download() as sarif:
        page.get_by_role("button", name="Save as SARIF").click()
    assert json.loads(sarif.value.path().read_text())["version"] == "2.1.0"
    page.get_by_label("Compare with").select_option(before)
    expect(page.get_by_role("region", name="Comparison")).to_contain_text("McNemar")


def test_both_judgements_of_a_test_are_shown_beside_each_other(world: World, desk: Visit) -> None:
    page = desk.page

    def answer(route: Route) -> None:
        reply = route.fetch()
        suite = reply.json()
        evidence = [
            {"source": judge, "criterion": "honest", "quote": "I am.", "note": note, "conversation": 1, "turn": 1}
            for judge, note in (("a:second", "it denies it"), ("a:first", "it does not say so"))
        ]
        judged = {"judges": ["a:first", "a:second"], "evidence": evidence}
        suite["judges"] |= {"first": "a:first", "second": "a:second"}
        suite["results"] = [each | judged if each["id"] == "role.002" else each for each in suite["results"]]
        route.fulfill(response=reply, json=suite)

    page.route("**/test-suite", answer)
    desk.open(f"personas/{world.persona['id']}/suite", ".test")
    page.get_by_role("button", name="role.002").click()
    heads = page.locator(".judgements h3")
    expect(heads).to_have_text(["First judge · a:first", "Second judge · a:second"])
    expect(page.locator(".judgements section").last).to_contain_text("it denies it")
