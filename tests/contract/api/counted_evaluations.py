"""Carries out the operations of evaluations whose requests and units are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from functions.evaluation_conclude.handler import handler as conclude
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.dynamo_meter import DynamoMeter, Usage

BODY = {"b": {"method": "naive"}, "briefs": ["A shy founder, 34, in Istanbul"], "max_usd": 5}
_PATH = "/v1/evaluations"


class EvaluationOperations:
    """The operations on evaluations of one brief; each yields its name with what it used."""

    def __init__(self, api: Api, machine: EvaluationMachine, meter: DynamoMeter) -> None:
        self._api, self._machine, self._meter = api, machine, meter

    def made(self) -> Iterator[tuple[str, Usage]]:
        """From the request to the deletion."""
        yield self._used(f"POST {_PATH}, with dry_run", lambda: self._call("POST", json={**BODY, "dry_run": True}))
        yield self._used(f"POST {_PATH} of one brief, until its execution starts", self._start)
        yield self._used("a pair: two personas, and the judge", lambda: self._machine.execute(pairs=1))
        given = {name: self._machine.started[-1][name] for name in ("workspace_id", "evaluation_id")}
        path = f"/{given['evaluation_id']}"
        yield self._used("the end of an evaluation of one brief", lambda: conclude(given, None))
        yield self._used(f"GET {_PATH}/{{id}}, in each format", lambda: self._call("GET", path))
        yield self._used(f"GET {_PATH}/{{id}}/claims of one brief", lambda: self._call("GET", f"{path}/claims"))
        yield self._used(f"DELETE {_PATH}/{{id}} of one brief", lambda: self._call("DELETE", path))
        self._start()
        path = f"/{self._machine.started[-1]['evaluation_id']}/cancel"
        yield self._used(f"POST {_PATH}/{{id}}/cancel, before it begins", lambda: self._call("POST", path))

    def _start(self) -> None:
        self._call("POST", json=BODY)

    def _call(self, method: str, path: str = "", **sent: Any) -> None:
        reply = self._api.call(method, _PATH + path, FULL_KEY, **sent)
        assert reply.is_success, (method, path, reply.text)

    def _used(self, what: str, operation: Callable[[], object]) -> tuple[str, Usage]:
        with self._meter.during() as usage:
            operation()
        return what, usage
