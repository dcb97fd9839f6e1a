"""What a request reads does not grow with what is stored: counted at two sizes of one store."""

from __future__ import annotations

import pytest

from benchmarks.scale_store import Original, fill
from fourfold.storage.client import dynamodb
from fourfold.storage.table import Table
from tests.contract.api.conftest import FULL_KEY, Api
from tests.dynamo_meter import DynamoMeter

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
# Copies over a year, so that lists are in thirteen months.
FEW, MANY, DAYS = 30, 330, 365


@pytest.fixture
def original(api: Api) -> Original:
    persona_id = str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])
    for job in ("fingerprint", "test-suite"):
        path = f"/v1/personas/{persona_id}/{job}"
        api.call("POST", path, FULL_KEY, json={} if job == "test-suite" else None)
        api.do_jobs()
    return Original.read(Table(api.tables, "personas"), Table(api.tables, "run-events"), "ws_one", persona_id)


def touched(api: Api, meter: DynamoMeter, persona_id: str) -> dict[str, tuple[int, float]]:
    """What each operation touches (items and ranges of items), and its read units.

    What depends on time is left out: the lookup of the API key, its last use, and its rate limit's window.
    """
    path = f"/v1/personas/{persona_id}"
    run_id = api.call("GET", path, FULL_KEY).json()["run_id"]
    reads = {
        "list": ("GET", "/v1/personas?limit=20", None),
        "read": ("GET", path, None),
        "suite": ("GET", f"{path}/test-suite", None),
        "suite runs": ("GET", f"{path}/test-suite/runs", None),
        "fingerprint": ("GET", f"{path}/fingerprint", None),
        "export": ("GET", f"{path}/export", None),
        "run events": ("GET", f"/v1/runs/{run_id}/events", None),
        "chat": ("POST", f"{path}/chat", {"message": "Are you well?"}),
        "create": ("POST", "/v1/personas", BRIEF),
    }
    found = {}
    for what, (method, address, body) in reads.items():
        with meter.during() as usage:
            reply = api.call(method, address, FULL_KEY, json=body, headers={"Prefer": "respond-async"})
        assert reply.is_success, (what, reply.text)
        own = [access for access in usage.accesses if access.table not in {"api-keys", "idempotency"}]
        found[what] = len(own), sum(access.units for access in own if not access.written)
    return found


def test_ten_times_the_personas_cost_no_access_more(api: Api, original: Original) -> None:
    tables = {"personas": "personas", "run_events": "run-events"}
    api.machine.settle()
    api.machine.fate = "silent"
    few = fill(api.tables, tables, original, FEW, complete=10, days=DAYS)
    meter = DynamoMeter(dynamodb(), api.tables)
    try:
        touched(api, meter, few.complete[0])  # what a process reads once
        before = touched(api, meter, few.complete[0])
        fill(api.tables, tables, original, MANY - FEW, complete=10, days=DAYS)
        after = touched(api, meter, few.complete[0])
    finally:
        meter.close()
    for what, (accesses, units) in before.items():
        assert after[what][0] <= accesses + 1, what
        assert after[what][1] <= 1.3 * units + 1, what
