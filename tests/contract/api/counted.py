"""Carries out the operations whose requests and units are counted, one after the other on the same store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from fourfold.pipeline.complete_run import complete_run
from fourfold.pipeline.distinct_name import NAMING_STEPS
from fourfold.steps import position
from fourfold.webhooks.delivery import message_of
from fourfold.webhooks.dispatch import Dispatcher
from fourfold.webhooks.fan_out import QueueEntry, fan_out
from fourfold.webhooks.sender import AttemptOutcome
from functions import wiring
from functions.configuration import settings_of
from functions.publish_events import handler as publisher
from functions.secret_sealer import KmsSealer
from functions.webhook_queues import webhooks
from tests.builders import ALL_STEPS, SURFACE, ScriptedModel, performed
from tests.contract.api.conftest import FULL_KEY, Api
from tests.dynamo_meter import DynamoMeter, Usage
from tests.invocation import Invocation

BRIEF = {"intent": "A shy founder, 34, in Istanbul, who promises more than she can keep"}
# Personas that are stored before an operation is counted: more than a list's page.
STORED = 22


class Accepting:
    """A webhook endpoint that accepts everything."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> AttemptOutcome:  # noqa: ARG002
        return AttemptOutcome("delivered", 204, 20)


class Operations:
    """The operations on one workspace with STORED personas; `counted` yields each with what it used."""

    def __init__(self, api: Api, meter: DynamoMeter) -> None:
        self._api = api
        self._meter = meter

    def counted(self) -> Iterator[tuple[str, Usage]]:
        """Each operation's name and use, in an order in which each has what it reads."""
        self._fill()
        with self._meter.during() as usage:
            self._start()
        yield "POST /v1/personas, until the run starts", usage
        with self._meter.during() as usage:
            persona_id = self._generate()
        yield "six steps and the end of the run", usage
        entries = self._waiting()
        with self._meter.during() as usage:
            self._publish(entries)
        yield f"publishing its {len(entries)} events", usage
        created = next(entry for entry in entries if entry["DetailType"] == "persona.created")
        path = f"/v1/personas/{persona_id}"
        with self._meter.during() as usage:
            self._job("fingerprint", created)
        yield "fingerprint job, the first with its model", usage
        with self._meter.during() as usage:
            self._job("provocation", created)
        yield "provocation suite job", usage
        yield from self._reads(persona_id)
        yield from self._chats(path)
        with self._meter.during() as usage:
            self._call("PATCH", path, json={"slug": "dilara"})
        yield "PATCH /v1/personas/{id}, a new slug", usage
        exported = self._call("GET", f"{path}/export")
        with self._meter.during() as usage:
            self._call("POST", "/v1/personas/import", json=exported.json())
        yield "POST /v1/personas/import", usage
        yield from self._webhook(created)
        yield from self._later_changes()
        with self._meter.during() as usage:
            self._call("DELETE", path)
        yield "DELETE /v1/personas/{id}, with its jobs and two sessions", usage

    def _reads(self, persona_id: str) -> Iterator[tuple[str, Usage]]:
        path = f"/v1/personas/{persona_id}"
        suite = self._call("GET", f"{path}/test-suite").json()
        test = f"{path}/test-suite/runs/{suite['run_id']}/tests/{suite['results'][0]['id']}"
        run_id = self._call("GET", path).json()["run_id"]
        reads = {
            "GET /v1/personas/{id}": path,
            "GET /v1/personas?limit=20": "/v1/personas?limit=20",
            "GET /v1/personas/{id}/voice": f"{path}/voice",
            "GET /v1/personas/{id}/export": f"{path}/export",
            "GET /v1/personas/{id}/fingerprint, no others to compare with": f"{path}/fingerprint",
            "GET /v1/personas/{id}/test-suite": f"{path}/test-suite",
            "GET .../test-suite/runs": f"{path}/test-suite/runs",
            "GET .../test-suite/runs/{run}/tests/{test}": test,
            "GET /v1/runs/{id}": f"/v1/runs/{run_id}",
            "GET /v1/runs/{id}/events of an ended run": f"/v1/runs/{run_id}/events",
        }
        for name, address in reads.items():
            with self._meter.during() as usage:
                self._call("GET", address)
            yield name, usage

    def _chats(self, path: str) -> Iterator[tuple[str, Usage]]:
        with self._meter.during() as usage:
            first = self._call("POST", f"{path}/chat", json={"message": "Who are you?"})
        yield "POST .../chat, the first turn of a session", usage
        more = {"message": "And then?", "session_id": first.json()["session_id"]}
        self._call("POST", f"{path}/chat", json=more)
        with self._meter.during() as usage:
            self._call("POST", f"{path}/chat", json=more)
        yield "POST .../chat, the third turn", usage
        with self._meter.during() as usage:
            self._call("POST", f"{path}/drift", json={"reply": "I would rather not say.", "session_id": "ses_theirs"})
        yield "POST .../drift, the first of a session", usage

    def _later_changes(self) -> Iterator[tuple[str, Usage]]:
        """Changes of a second persona, so that the first one's deletion counts what it did."""
        self._start()
        path = f"/v1/personas/{self._generate()}"
        with self._meter.during() as usage:
            self._call("PATCH", path, json={"layers": {"surface": {"name": "Derya"}}})
        yield "PATCH /v1/personas/{id}, a field of a layer", usage
        with self._meter.during() as usage:
            self._call("POST", f"{path}/audit", json={}, headers={"Prefer": "respond-async"})
            self._generate()
        yield "POST .../audit, from the request to the end of its run", usage
        body = {"from": "soul_draft", "keep": ["mask"], "edits": {"surface": {"name": "Deniz"}}}
        with self._meter.during() as usage:
            self._call("POST", f"{path}/regenerate", json=body, headers={"Prefer": "respond-async"})
            self._generate()
        yield "POST .../regenerate, three steps with a layer kept and a field edited", usage
        with self._meter.during() as usage:
            self._call("GET", f"{path}/versions/1/diff/3")
        yield "GET .../versions/{n}/diff/{m}", usage
        with self._meter.during() as usage:
            self._call("POST", f"{path}/versions/1/restore", json={})
        yield "POST .../versions/{n}/restore", usage
        with self._meter.during() as usage:
            child = self._call("POST", f"{path}/fork", json={}).json()
        yield "POST .../fork, without a rewrite", usage
        self._call("POST", f"/v1/personas/{child['id']}/fork", json={})
        with self._meter.during() as usage:
            self._call("GET", f"/v1/personas/{child['id']}/lineage")
        yield "GET .../lineage of a fork with a fork", usage

    def _webhook(self, entry: Mapping[str, Any]) -> Iterator[tuple[str, Usage]]:
        endpoint = self._call("POST", "/v1/webhooks", json={"url": "https://hooks.example.com/in", "events": ["*"]})
        queued: list[QueueEntry] = []
        with self._meter.during() as usage:
            queued += fan_out(message_of(_delivered(entry)), webhooks(), _webhook_settings, datetime.now(UTC))
        yield "fan-out of an event to one endpoint", usage
        dispatcher = Dispatcher(webhooks(), Accepting(), KmsSealer(), _webhook_settings, lambda: datetime.now(UTC))  # type: ignore[arg-type]
        with self._meter.during() as usage:
            [(lane, delivery, _)] = queued
            dispatcher.dispatch(delivery, lane)
        yield "one attempt at a delivery, accepted", usage
        with self._meter.during() as usage:
            self._call("GET", f"/v1/webhooks/{endpoint.json()['id']}/deliveries?limit=20")
        yield "GET /v1/webhooks/{id}/deliveries?limit=20", usage

    def _fill(self) -> None:
        """Stores personas, and does what the first request of a process does once."""
        self._api.machine.fate = "silent"
        self._start()
        exported = self._call("GET", f"/v1/personas/{self._generate()}/export").json()
        for _ in range(STORED - 1):
            self._call("POST", "/v1/personas/import", json=exported)

    def _start(self) -> None:
        self._call("POST", "/v1/personas", json=BRIEF, headers={"Prefer": "respond-async"})

    def _generate(self) -> str:
        """Does what the state machine's functions do with the run that started last."""
        _, state = self._api.machine.started[-1]
        for step in ALL_STEPS[position(state.start_at) :]:
            is_naming = step.name in NAMING_STEPS
            model = ScriptedModel([_surface(state.run_id)] if is_naming else [])
            names = wiring.names_of(state) if is_naming else None
            state = performed(step, state, model, wiring.run_log(state, state.log_seq), names)
        complete_run(state, "active", wiring.run_context())
        return state.persona_id

    def _waiting(self) -> list[dict[str, Any]]:
        """The entries of the persona that was generated last."""
        _, state = self._api.machine.started[-1]
        entries = (json.loads(item["entry"]["S"]) for item in self._api.stored("outbox"))
        return [entry for entry in entries if entry["Detail"]["metadata"]["correlation_id"] == state.run_id]

    @staticmethod
    def _publish(entries: Iterable[Mapping[str, Any]]) -> None:
        keys = [{"pk": {"S": entry["Detail"]["metadata"]["event_id"]}} for entry in entries]
        publisher.handler({"Records": [{"dynamodb": {"Keys": key}} for key in keys]}, None)

    @staticmethod
    def _job(kind: str, entry: Mapping[str, Any]) -> None:
        record = {
            "messageId": f"m-{kind}", "receiptHandle": "r", "body": json.dumps(_delivered(entry)),
            "eventSource": "aws:sqs", "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {},
            "awsRegion": "eu-central-1",
        }  # fmt: skip
        handler = import_module(f"functions.{kind}.handler").handler
        assert handler({"Records": [record]}, Invocation()) == {"batchItemFailures": []}

    def _call(self, method: str, path: str, **request: Any) -> Any:
        reply = self._api.call(method, path, FULL_KEY, **request)
        assert reply.status_code < 300, (method, path, reply.text)
        return reply


def in_order(items: Iterable[Any], call: Callable[[Any], Any], *_: Any) -> Iterator[tuple[Any, Any]]:
    """Stands for `concurrently`: one item after the other, so that each run of a test counts the same."""
    for item in items:
        yield item, call(item)


def _delivered(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A bus entry as its consumers get it."""
    return {"detail-type": entry["DetailType"], "detail": entry["Detail"]}


def _webhook_settings(workspace_id: str) -> Any:
    return settings_of(workspace_id).api.webhooks


def _surface(run_id: str) -> str:
    """The answer of surface_ground with a name of the run's own, as most are."""
    return json.dumps({"surface": {**SURFACE["surface"], "name": f"Deniz {run_id[-6:]}"}})
