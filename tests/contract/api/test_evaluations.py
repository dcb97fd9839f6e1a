"""POST and GET /v1/evaluations: from the request to the report."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.presets import default_config
from fourfold.config.settings import Settings
from fourfold.ids import prefixed_id
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.state import RunState
from fourfold.problem import problem
from fourfold.progress.log import RunOverError
from fourfold.storage.client import dynamodb
from functions import wiring
from functions.evaluation_judge import models as judging
from tests.builders import START
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api, scripted, use_settings
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.contract.api.scenario_speaker import Mumbling
from tests.contract.api.stored_personas import Shelf
from tests.dynamo_meter import DynamoMeter

BRIEFS = ["A shy founder, 34, in Istanbul", "A ferry pilot, 67, who cannot swim", "A lighthouse keeper, 50, in Cork"]


def _asked(**changed: Any) -> dict[str, Any]:
    return {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5, **changed}


def test_an_evaluation_reports_both_sides_of_each_brief(api: Api, machine: EvaluationMachine) -> None:
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(name="six steps against one call"))
    assert started.status_code == 202, started.text
    path = started.headers["location"]
    assert api.read(path)["status"] == "running"
    machine.execute()
    found = api.read(path)
    assert (found["status"], found["stopped"], found["error"]) == ("completed", None, None)
    assert found["report"]["pairs"] == len(BRIEFS)
    assert [row["a"]["status"] for row in found["report"]["rows"]] == ["active"] * 3
    assert all(row["b"]["overall"] is not None for row in found["report"]["rows"])
    assert found["a"]["differs"] == {"engine.pipeline.method": "six_steps"}
    assert api.read("/v1/evaluations")["data"][0]["id"] == found["id"]
    assert api.call("GET", path, FULL_KEY, params={"format": "junit"}).text.startswith("<?xml")
    assert api.call("GET", path, FULL_KEY, headers={"Accept": "text/html;q=0, */*"}).json() == found
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = api.call("GET", path, FULL_KEY, headers={"Accept": browser})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    events = api.read(f"/v1/runs/{found['run_id']}/events/list")["data"]
    assert [event["type"] for event in events][-1] == "job.completed"
    assert api.read(f"/v1/runs/{found['run_id']}")["kind"] == "evaluation"


def test_the_facts_of_each_brief_are_read_with_their_places(api: Api, machine: EvaluationMachine) -> None:
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked())
    path = f"{started.headers['location']}/claims"
    waiting = api.read(path)
    assert [(each["a"], each["b"]) for each in waiting["data"]] == [(None, None)] * len(BRIEFS)
    machine.execute()
    pages = [api.read(path, limit=2)]
    assert pages[0]["has_more"] is True
    pages.append(api.read(path, limit=2, cursor=pages[0]["next_cursor"]))
    assert (pages[1]["has_more"], pages[1]["next_cursor"]) == (False, None)
    found = [each for page in pages for each in page["data"]]
    assert [(each["brief"], each["text"]) for each in found] == list(enumerate(BRIEFS))
    rows = api.read(started.headers["location"])["report"]["rows"]
    for each, row, side in ((each, row, side) for each, row in zip(found, rows, strict=True) for side in ("a", "b")):
        facts = [fact["claim"] for fact in each[side]]
        assert facts
        assert all(each["text"][fact["span"]["start"] : fact["span"]["end"]] == fact["text"] for fact in facts)
        outcomes = Counter(fact["outcome"] for fact in each[side])
        assert {name: outcomes[name] for name in ("kept", "changed", "lost")} == row[side]["claims"]
    assert api.call("GET", path, OTHER_FULL_KEY).status_code == 404
    assert api.call("GET", path, FULL_KEY, params={"cursor": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"briefs": ["  "]}, "/briefs/0", "blank"),
        ({"briefs": ["A nurse, 40", "A  nurse, 40 "]}, "/briefs/1", "duplicate"),
        ({"briefs": None}, "/briefs", "one_source_of_briefs"),
        ({"briefs": None, "last": 1_001}, "/last", "less_than_equal"),
        ({"briefs": None, "last": 5}, "/last", "too_few_briefs"),
        ({"briefs": None, "set": "standard@9"}, "/set", "unknown_set"),
        ({"b": {}}, "/b", "same_arms"),
        ({"b": {"preset": "nobody"}}, "/b/preset", "unknown_preset"),
        ({"b": {"model": "anthropic:claude-opus-4-7"}}, "/b/model", "provider_not_configured"),
        (
            {"b": {"config": {"engine.pipeline.audit.max_retries": 99}}},
            "/b/config/engine.pipeline.audit.max_retries",
            "",
        ),
        ({"metrics": ["overall", "charm"]}, "/metrics/1", "unknown_measure"),
        ({"judge": "anthropic:claude-opus-4-7"}, "/judge", "provider_not_configured"),
        ({"max_usd": 0}, "/max_usd", "greater_than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_request_is_refused_by_pointer_before_anything_is_stored(
    api: Api, machine: EvaluationMachine, changed: dict[str, Any], pointer: str, code: str
) -> None:
    body = {name: value for name, value in _asked(**changed).items() if value is not None}
    refused = api.call("POST", "/v1/evaluations", FULL_KEY, json=body)
    assert refused.status_code == 422, refused.text
    errors = refused.json()["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    assert code in errors[0]["code"]
    assert machine.started == []
    assert api.nothing_happened()


def test_an_arm_with_other_texts_is_named_by_them_in_every_format(api: Api, machine: EvaluationMachine) -> None:
    texts = {"soul_draft": "Task: soul_draft. Write the wound first, as one scene."}
    other = {"config": {"engine.pipeline.variant": {"name": "scene-first", "texts": texts}}}
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(briefs=BRIEFS[:1], b=other)).headers["location"]
    machine.execute()
    found = api.read(path)
    variant = found["report"]["b"]["variant"]
    assert (variant["name"], variant["hash"][:4]) == ("scene-first", "var_")
    assert variant == found["b"]["variant"]
    assert found["a"]["variant"] is found["report"]["a"]["variant"] is None
    assert (found["a"]["label"], found["b"]["label"]) == ("current", "scene-first")
    for form in ("markdown", "html"):
        assert f"scene-first ({variant['hash']})" in api.call("GET", path, FULL_KEY, params={"format": form}).text


def test_many_briefs_are_stored_in_few_requests(api: Api, machine: EvaluationMachine) -> None:
    """Ten thousand are allowed; these are more than another body may hold."""
    briefs = [f"A baker, {number}, in a town called {'Cork' * 20}" for number in range(800)]
    meter = DynamoMeter(dynamodb(), api.tables)
    with meter.during() as usage:
        started = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(briefs=briefs, max_usd=5_000))
    meter.close()
    assert started.status_code == 202, started.text
    assert usage.requests.total() < 20
    assert (machine.started[-1]["briefs"], api.read(started.headers["location"])["briefs"]) == (800, 800)


def test_a_budget_below_one_pair_is_refused(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOURFOLD_PROVIDERS", "anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    body = _asked(a={"preset": "anthropic"}, b={"preset": "anthropic-current"}, max_usd=0.01)
    refused = api.call("POST", "/v1/evaluations", FULL_KEY, json=body)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/max_usd"], refused.text
    expected = api.call("POST", "/v1/evaluations", FULL_KEY, json={**body, "max_usd": 5, "dry_run": True}).json()
    assert 0.2 < expected["usd"]["low"] < expected["usd"]["high"] < 3
    assert machine.started == []


def test_a_cancelled_evaluation_has_no_winner_and_what_it_observed(api: Api, machine: EvaluationMachine) -> None:
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked()).headers["location"]
    machine.execute(pairs=1)
    assert api.call("POST", f"{path}/cancel", FULL_KEY).status_code == 202
    machine.execute()
    found = api.read(path)
    assert (found["status"], found["stopped"], found["report"]["verdict"]) == ("cancelled", "cancelled", "inconclusive")
    assert (found["report"]["pairs"], found["report"]["a"]["failed"]) == (1, 0)
    assert api.call("POST", f"{path}/cancel", FULL_KEY).json()["code"] == "evaluation_finished"


def test_what_was_judged_and_written_is_not_paid_again(api: Api, machine: EvaluationMachine) -> None:
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked()).headers["location"]
    machine.execute(pairs=2)
    ran: list[str] = []

    def counted(state: RunState) -> RunState:
        ran.append(state.run_id)
        return scripted(state)

    machine.steps = counted
    machine.execute()
    assert len(ran) == 2, "the third pair alone"
    assert api.read(path)["report"]["pairs"] == 3


def test_a_judge_that_answers_only_junk_is_named_and_decides_nothing(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "resolve", lambda _: Mumbling())
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(briefs=BRIEFS[:1])).headers["location"]
    machine.execute()
    report = api.read(path)["report"]
    assert report["verdict"] == "inconclusive"
    assert next(each for each in report["measures"] if each["name"] == "overall")["n"] == 0
    unscored = (
        "Personas without a usable score of the judge: 1 of A, 1 of B (A: invalid_output 2; B: invalid_output 2)."
    )
    assert [note for note in report["notes"] if note.startswith(unscored)], report["notes"]


def test_its_personas_are_listed_apart_and_deleted_with_it(api: Api, machine: EvaluationMachine) -> None:
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(briefs=BRIEFS[:1])).headers["location"]
    assert api.call("DELETE", path, FULL_KEY).json()["code"] == "evaluation_running"
    machine.execute()
    evaluation_id = path.rpartition("/")[2]
    assert api.read("/v1/personas")["data"] == []
    assert len(api.read("/v1/personas", evaluation_id=evaluation_id)["data"]) == 2
    assert api.call("DELETE", path, OTHER_FULL_KEY).status_code == 404
    assert api.call("DELETE", path, FULL_KEY).status_code == 204
    assert api.call("GET", path, FULL_KEY).status_code == 404
    assert api.read("/v1/runs")["data"] == api.read("/v1/evaluations")["data"] == []
    assert [item for item in api.stored("personas") if "EVALUATION" in item["pk"]["S"]] == []


def test_the_runs_of_an_evaluation_are_not_announced_one_by_one(api: Api, machine: EvaluationMachine) -> None:
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(briefs=BRIEFS[:2])).headers["location"]
    machine.execute(pairs=1)

    def broken(state: RunState) -> RunState:
        wiring_run = wiring.persona_store().run(state.workspace_id, state.run_id)
        assert wiring_run is not None
        fail_run(identity_of(wiring_run), problem("model_refused", "No usable answer", 502, "x"), wiring.run_context())
        raise RunOverError

    machine.steps = broken
    machine.execute()
    assert _announced(api) == ["evaluation.completed"]
    assert api.read(path)["report"]["a"]["failed"] == 1
    assert api.call("DELETE", path, FULL_KEY).status_code == 204
    assert _announced(api) == ["evaluation.completed", *["persona.deleted"] * 4], "who copied one deletes it"


def test_personas_of_evaluations_displace_no_other(api: Api) -> None:
    shelf = Shelf(api)
    own = shelf.put("Nur", START)
    for number in range(101):
        shelf.put(f"Made {number}", START + timedelta(minutes=number), evaluation_id=prefixed_id("evl"))
    assert [each["id"] for each in api.read("/v1/openai/models")["data"]] == [f"persona:{own}"]
    assert [each["id"] for each in api.read("/v1/personas", limit=1)["data"]] == [own]


def _announced(api: Api) -> list[str]:
    """The types of the events, sorted."""
    return sorted(json.loads(item["entry"]["S"])["DetailType"] for item in api.stored("outbox"))


def test_an_evaluation_holds_what_it_may_cost_until_it_ends(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    limits = LimitsConfig(usd_per_month=0.6)
    use_settings(monkeypatch, Settings(engine=default_config(["anthropic"]), api=ApiConfig(limits=limits)))
    once = {"Idempotency-Key": "once"}

    def ask(max_usd: float, headers: dict[str, str] | None = None) -> Any:
        body = _asked(judge="offline:composer-1", max_usd=max_usd)
        return api.call("POST", "/v1/evaluations", FULL_KEY, json=body, headers=headers or {})

    started = ask(0.4, once)
    assert started.status_code == 202, started.text
    stored = len(api.kept.items("personas"))
    refused = ask(0.3)
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exceeded")
    assert (refused.json()["budget"]["left_usd"], refused.json()["budget"]["needed_usd"]) == (0.2, 0.3)
    assert len(api.kept.items("personas")) == stored
    assert ask(0.4, once).json() == started.json()
    machine.execute()
    assert api.read(started.headers["location"])["status"] == "completed"
    assert not [item for item in api.kept.items("personas") if item["pk"]["S"].endswith("#HOLDS")]
    assert ask(0.5).status_code == 202  # the answers were scripted and cost nothing
