"""What the requests and functions of evaluations use does not grow with the evaluations that are stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fourfold.storage.client import dynamodb
from fourfold.storage.table import Table
from functions import wiring
from functions.api.evaluations import starting
from functions.evaluation_conclude.handler import handler as conclude
from functions.evaluation_expiry.handler import handler as expire
from tests.contract.api.conftest import FULL_KEY, Api, scripted
from tests.contract.api.evaluation_copies import fill
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.dynamo_meter import DynamoMeter
from tests.invocation import Invocation

BODY = {"b": {"method": "naive"}, "briefs": ["A shy founder, 34, in Istanbul"], "max_usd": 5}
FEW, MANY = 100, 10_000
# Copies over 360 days, so that lists are in thirteen months.
DAYS = 360
REQUIRES = [
    {"op": "set", "key": "engine.pipeline.require_evaluation", "value": True},
    {"op": "set", "key": "engine.pipeline.audit.max_retries", "value": 1},
]


class Operations:
    """The requests and functions of evaluations, each with what it uses."""

    def __init__(self, api: Api, machine: EvaluationMachine, meter: DynamoMeter) -> None:
        self._api, self._machine, self._meter = api, machine, meter
        self.used: dict[str, tuple[int, float, float]] = {}

    def count(self, what: str, operation: Callable[[], Any]) -> Any:
        """Carries out an operation and notes its requests, read units and write units.

        What depends on time is left out: the lookup of the API key, its last use, and its rate limit's window.
        """
        with self._meter.during() as usage:
            done = operation()
        own = [access for access in usage.accesses if access.table not in {"api-keys", "idempotency"}]
        read = sum(access.units for access in own if not access.written)
        self.used[what] = len(own), read, sum(access.units for access in own if access.written)
        return done

    def ask(self, what: str, method: str, path: str, expected: int = 200, **sent: Any) -> Any:
        """Counts a request."""
        reply = self.count(what, lambda: self._api.call(method, path, FULL_KEY, **sent))
        assert reply.status_code == expected, (what, reply.text)
        return reply

    def read(self, path: str) -> None:
        """Estimates, reads and lists; an evaluation that has ended is at `path`."""
        self.ask("POST /v1/evaluations, dry_run", "POST", "/v1/evaluations", json={**BODY, "dry_run": True})
        self.ask("GET /v1/evaluations/{id}", "GET", path)
        self.ask("GET /v1/evaluations/{id}?format=html", "GET", path, params={"format": "html"})
        self.ask("GET /v1/evaluations/{id}/claims", "GET", f"{path}/claims")
        page = self.ask("GET /v1/evaluations?limit=20", "GET", "/v1/evaluations", params={"limit": 20}).json()
        assert len(page["data"]) == 20
        cursor = {"limit": 20, "cursor": page["next_cursor"]}
        self.ask("GET /v1/evaluations?limit=20, the second page", "GET", "/v1/evaluations", params=cursor)
        personas = {"evaluation_id": path.rpartition("/")[2]}
        self.ask("GET /v1/personas?evaluation_id=", "GET", "/v1/personas", params=personas)
        self.ask("GET /v1/runs?kind=evaluation&limit=20", "GET", "/v1/runs?kind=evaluation&limit=20")
        commit = {"scope": "workspace", "ops": REQUIRES, "reason": "a test", "dry_run": True}
        refused = self.ask("PATCH /v1/config that demands an evaluation", "PATCH", "/v1/config", 409, json=commit)
        assert refused.json()["code"] == "evaluation_required"
        assert self.count("evaluation_expiry, nothing due", lambda: expire({}, Invocation())) == {"deleted": 0}

    def make(self) -> None:
        """Starts, executes, deletes and cancels an evaluation of one brief."""
        path = self.ask("POST /v1/evaluations", "POST", "/v1/evaluations", 202, json=BODY).headers["location"]
        self.count("a pair: two personas, scripted, and the judge", lambda: self._machine.execute(pairs=1))
        given = {name: self._machine.started[-1][name] for name in ("workspace_id", "evaluation_id")}
        self.count("evaluation_conclude", lambda: conclude(given, None))
        self.ask("DELETE /v1/evaluations/{id}", "DELETE", path, 204)
        path = self._api.call("POST", "/v1/evaluations", FULL_KEY, json=BODY).headers["location"]
        self.ask("POST /v1/evaluations/{id}/cancel", "POST", f"{path}/cancel", 202)


@pytest.mark.deep(part="evaluations")
def test_ten_thousand_evaluations_cost_no_request_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = EvaluationMachine(scripted)
    monkeypatch.setattr(starting, "start_execution", machine.start)
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=BODY).headers["location"]
    machine.execute()
    original = wiring.evaluations().find("ws_one", path.rpartition("/")[2])
    assert original is not None
    table, meter = Table(api.tables, "personas"), DynamoMeter(dynamodb(), api.tables)
    used = []
    try:
        for places in (range(FEW), range(FEW, MANY)):
            fill(table, original, places, DAYS * len(places) / places.stop)
            operations = Operations(api, machine, meter)
            operations.read(path)
            operations.make()
            used.append(operations.used)
    finally:
        meter.close()
    for what, (accesses, read, written) in used[0].items():
        assert used[1][what][0] <= accesses + 2, what
        assert used[1][what][1] <= 1.1 * read + 3, what
        assert used[1][what][2] <= 1.1 * written + 3, what
