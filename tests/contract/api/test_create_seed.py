"""The seed of a new persona: the same brief gives somebody else, unless the seed says otherwise."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.models import resolve
from fourfold.persona import MAX_SEED
from fourfold.pipeline.new_run import PersonaChoices
from fourfold.pipeline.state import Draft, RunState
from fourfold.steps import StepName
from tests.builders import ALL_STEPS, stepped, written_offline
from tests.contract.api.conftest import FULL_KEY, Api, Live

BRIEF = "A shy founder, 34, in Istanbul"


def created(api: Api, *, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    made = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": BRIEF, **fields}, headers=headers)
    assert made.status_code == 201, made.text
    persona: dict[str, Any] = made.json()
    return persona


def offline(state: RunState) -> Draft:
    """What the offline composer writes from the state that a run was started with."""
    for step in ALL_STEPS:
        state = stepped(step, state.reset_for(step.name), resolve("offline:composer-1")).state
    return state.draft


def test_the_same_brief_gives_somebody_else_and_the_same_seed_the_same_person(api: Api) -> None:
    first, second = created(api), created(api)
    repeated = created(api, seed=first["seed"])
    assert api.run(first["run_id"]).seed == first["seed"]
    assert (repeated["seed"], repeated["id"] != first["id"]) == (first["seed"], True)
    one, other, again = (offline(state) for _, state in api.machine.started)
    assert one == again
    assert one.soul != other.soul
    assert one.mask != other.mask
    assert first["seed"] != second["seed"]


def test_the_writing_steps_are_asked_to_act_on_it_and_no_judge_is(api: Api) -> None:
    created(api, seed=7)
    state = api.machine.started[-1][1]
    for step in ALL_STEPS:
        request = step.request(state)
        assert request.block("variation") == (None if step.name is StepName.INTENT_PARSE else {"number": 7})
        assert ("variation piece" in request.task) == (step.name not in {StepName.INTENT_PARSE, StepName.AUDIT})


def test_a_repeated_request_without_a_seed_is_one_person(api: Api) -> None:
    first, second = (created(api, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (first["id"], first["seed"]) == (second["id"], second["seed"])


def test_regenerations_and_forks_keep_the_seed(api: Api) -> None:
    persona = created(api, seed=7)
    path = f"/v1/personas/{persona['id']}"
    again = api.call("POST", f"{path}/regenerate", FULL_KEY, json={"from": "soul_draft"}).json()
    fork = api.call("POST", f"{path}/fork", FULL_KEY, json={"language": "de"}).json()
    assert (again["seed"], fork["seed"]) == (7, 7)
    assert [state.seed for _, state in api.machine.started] == [7, 7, 7]


@pytest.mark.parametrize("bad", [-1, MAX_SEED + 1, 10**400, 1.5, "7", True])
def test_a_seed_out_of_range_is_refused_before_anything_is_spent(api: Api, bad: object) -> None:
    refused = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": BRIEF, "seed": bad})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/seed"]
    assert api.nothing_happened()


def test_an_estimate_does_not_depend_on_the_random_seed(api: Api) -> None:
    body = {"intent": BRIEF, "dry_run": True}
    one, two = (api.call("POST", "/v1/personas", FULL_KEY, json=body).json() for _ in range(2))
    assert one == two
    assert api.nothing_happened()


def test_the_command_sends_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    made = CliRunner().invoke(command_line, ["create", BRIEF, "--seed", "0", "--json"])
    assert (made.exit_code, json.loads(made.stdout)["seed"]) == (0, 0)


def test_what_the_brief_states_stays_with_every_seed() -> None:
    drafts = [
        written_offline("Tomás, a 34-year-old programmer in Lisbon", choices=PersonaChoices(seed=seed)).draft
        for seed in range(12)
    ]
    surfaces = [draft.surface for draft in drafts if draft.surface is not None]
    assert {(each.name.split()[0], each.age, each.occupation) for each in surfaces} == {("Tomás", 34, "programmer")}
    wounds = Counter(draft.soul.wound for draft in drafts if draft.soul is not None)
    assert len(wounds) == 12
