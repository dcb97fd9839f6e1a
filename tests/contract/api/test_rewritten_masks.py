"""A new voice that is too close to others: its mask is written once more, and the more distinct voice is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fourfold.ids import derived_run_id, new_run_id
from fourfold.jobs.job import job_run
from fourfold.jobs.message import JobMessage, message_from
from fourfold.progress.run import RunKind
from functions import wiring
from functions.configuration import effective_in
from functions.fingerprint.mask_writer import may_rewrite
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.job_delivery import delivered

BRIEFS = ("A shy founder, 34, in Istanbul", "A loud retired fisherman in Hull who swears by brandy")
FACTS = ("name", "age", "location", "occupation")


def rewriting(api: Api, action: str = "rewrite_mask") -> None:
    ops = [{"op": "set", "key": "engine.fingerprint.action_on_too_close", "value": action}]
    body = {"scope": "workspace", "ops": ops, "reason": "test"}
    assert api.call("PATCH", "/v1/config", FULL_KEY, json=body).status_code == 200


def made(api: Api, brief: str) -> dict[str, Any]:
    persona: dict[str, Any] = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": brief}).json()
    return persona


def published(api: Api, name: str) -> list[dict[str, Any]]:
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    return [entry["Detail"]["data"] for entry in entries if entry["DetailType"] == name]


def event(persona: dict[str, Any], name: str = "persona.created", **further: Any) -> dict[str, Any]:
    data = {"run_id": persona["run_id"], "persona_id": persona["id"], **further}
    return {"detail-type": name, "detail": {"metadata": {"workspace_id": "ws_one"}, "data": data}}


@pytest.mark.deep(part="voices")
def test_the_more_distinct_voice_is_stored_with_its_fingerprint(api: Api) -> None:
    one, twin = (made(api, brief) for brief in BRIEFS)  # the state machine gives both the same layers
    assert delivered(json.dumps(event(one)), "fingerprint")
    rewriting(api)
    assert delivered(json.dumps(event(twin)), "fingerprint")
    after = api.read(f"/v1/personas/{twin['id']}")
    assert after["mask"] != twin["mask"]
    assert {name: after["surface"][name] for name in FACTS} == {name: twin["surface"][name] for name in FACTS}
    assert (after["soul"], after["self"], after["version"]) == (twin["soul"], twin["self"], 2)
    assert (after["audit"]["stale"], after["fingerprint"]["stale"]) == (True, False)
    [close] = published(api, "persona.voice_too_close")
    rewrite = close["rewrite"]
    assert (rewrite["shipped"], rewrite["before"] < rewrite["after"]) == ("second", True)
    assert rewrite["avoided"]
    assert api.read(f"/v1/personas/{twin['id']}/distinctiveness")["score"] == rewrite["after"]
    version = api.read(f"/v1/personas/{twin['id']}/versions/2")
    assert (version["change"], version["fields"]) == ("regenerated", rewrite["changed"])
    [updated] = published(api, "persona.updated")
    assert updated["run_id"] == version["run_id"] == after["fingerprint"]["run_id"]
    told = event(twin, "persona.updated", **updated)
    assert message_from(told, RunKind.PROVOCATION) is not None, "the suite tests the new voice"
    for again in (event(twin), told):
        assert delivered(json.dumps(again), "fingerprint")
    assert api.read(f"/v1/personas/{twin['id']}") == after, "its fingerprint came with the mask, and one try is made"


def allowed(persona_id: str, run_id: str | None = None) -> bool:
    """Whether the job of the creation, or the one with this id, may rewrite the persona's mask."""
    stored = wiring.persona_store().persona("ws_one", persona_id)
    assert stored is not None
    by_creation = derived_run_id(stored.run_id or stored.id, RunKind.FINGERPRINT)
    message = JobMessage(
        kind=RunKind.FINGERPRINT, run_id=run_id or by_creation, workspace_id="ws_one", persona_id=persona_id
    )
    settings = effective_in("ws_one", persona_id).settings
    return may_rewrite(job_run(message, "cfg", stored.created_at), stored, settings)


def test_only_a_mask_that_its_creation_wrote_is_rewritten(api: Api) -> None:
    persona = made(api, BRIEFS[0])
    assert not allowed(persona["id"]), "the default is to warn"
    rewriting(api)
    assert allowed(persona["id"])
    assert not allowed(persona["id"], new_run_id()), "a job that a request started changes nothing"
    for path, body in ((f"/v1/personas/{persona['id']}/fork", {}), ("/v1/personas/import", persona)):
        other = api.call("POST", path, FULL_KEY, json=body)
        assert other.status_code == 201, other.text
        assert not allowed(other.json()["id"])
    edit = {"layers": {"mask": {"tone": "dry as a bone"}}, "accept_violations": True}
    assert api.call("PATCH", f"/v1/personas/{persona['id']}", FULL_KEY, json=edit).status_code == 200
    assert not allowed(persona["id"])
