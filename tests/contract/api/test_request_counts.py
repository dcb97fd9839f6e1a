"""What each operation asks of DynamoDB: a change of it shows here, and in the table of docs/access-patterns.md."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from types import SimpleNamespace

import pytest

from fourfold.http import auth
from fourfold.jobs import job
from fourfold.rate_limit import Rate
from fourfold.storage.client import dynamodb
from fourfold.storage.usage.counters import SHARDS
from functions import job_entry
from functions.api import wiring as api_wiring
from functions.api.evaluations import starting
from functions.api.webhooks import targets
from functions.publish_events import handler as publisher
from tests.contract.api.conftest import Api, scripted
from tests.contract.api.counted import Operations, in_order
from tests.contract.api.counted_evaluations import EvaluationOperations
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.contract.api.request_counts import (
    PAGE,
    SCALE_PAGE,
    STORED,
    counts_of,
    read_counts,
    with_persona,
    with_table,
)
from tests.dynamo_meter import DynamoMeter, Usage

# Sizes vary by some bytes with ids and times, so an item may be a kilobyte more or less.
_UNITS_VARY = 0.05
OF_A_PERSONA = {
    "POST /v1/personas, until the run starts",
    "six steps and the end of the run",
    "publishing its 3 events",
    "fingerprint job, the first with its model",
    "provocation suite job",
}
_OWN_KEYS = ("#PERSONA#<per>", "#RUN#<run>", "outbox <evt>")


@pytest.fixture
def used(api: Api, monkeypatch: pytest.MonkeyPatch) -> dict[str, Usage]:
    """The use of every operation, without what not every request writes: the rate limit's windows, `last_used_at`."""
    monkeypatch.setattr(api_wiring, "rate_limiter", lambda: SimpleNamespace(take=lambda *_: Rate(True, 600, 599, 60)))
    monkeypatch.setattr(api_wiring, "last_use", lambda: SimpleNamespace(note=lambda _digest: None))
    monkeypatch.setattr(auth, "CACHE_SECONDS", 3600)
    monkeypatch.setattr(api_wiring, "export_key", lambda: b"read once by a process")
    monkeypatch.setattr(targets, "resolve", lambda _host, _port: ["93.184.215.14"])
    monkeypatch.setattr(publisher, "publish", lambda _entries: [])
    monkeypatch.setattr(job, "concurrently", in_order)
    monkeypatch.setattr(job_entry, "_running_check", lambda _run, _jobs: lambda: None)
    meter = DynamoMeter(dynamodb(), api.tables)
    try:
        machine = EvaluationMachine(scripted)
        monkeypatch.setattr(starting, "start_execution", machine.start)
        return dict(chain(Operations(api, meter).counted(), EvaluationOperations(api, machine, meter).made()))
    finally:
        meter.close()


def test_no_operation_uses_more_than_is_written_down(used: dict[str, Usage]) -> None:
    counted = {operation: counts_of(usage) for operation, usage in used.items()}
    assert all(now["requests"] for now in counted.values())
    if not STORED.exists():
        STORED.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{STORED.name} is new: read it, run `make generated` and commit both")
    expected = read_counts()
    assert counted.keys() == expected.keys()
    for operation, now in counted.items():
        before = expected[operation]
        assert now["requests"] == before["requests"], operation
        assert now["writes"] == before["writes"], operation
        for units in ("read_units", "write_units"):
            assert now[units] == pytest.approx(before[units], rel=_UNITS_VARY, abs=2), (operation, units)


def test_a_persona_costs_few_writes_and_none_that_is_hot() -> None:
    """Of the counts above: both jobs below 52 writes, and no key that personas share above 4 for each persona.

    The assistant's voice is written once for each model, not for each persona.
    """
    counts = read_counts()
    made = {operation: used["writes"] for operation, used in counts.items() if operation in OF_A_PERSONA}
    assert made.keys() == OF_A_PERSONA
    jobs = [shapes for operation, shapes in made.items() if " job" in operation]
    assert sum(number for shapes in jobs for shape, number in shapes.items() if "#BASELINE#" not in shape) < 52
    shared = Counter[str]()
    for shapes in made.values():
        shared.update({shape: number for shape, number in shapes.items() if not shape.endswith(_OWN_KEYS)})
    # The counters that end one run lie in one of sixteen partitions, chosen at random.
    usage = shared.pop("personas WS#<ws>#USAGE#<shard>")
    assert usage / SHARDS < 1
    once_for_a_model = {shape for shape in shared if "#BASELINE#" in shape}
    assert {shape: number for shape, number in shared.items() if number > 4}.keys() <= once_for_a_model


def test_the_documentation_has_these_counts() -> None:
    page, scale = (each.read_text(encoding="utf-8") for each in (PAGE, SCALE_PAGE))
    assert page == with_table(page, read_counts()), "run `make generated`"
    assert scale == with_persona(scale, read_counts()), "run `make generated`"
