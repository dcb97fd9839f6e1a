"""The cost of reading the settings, cold and warm, and the outcome of two concurrent writers.

Reads are made in this process, where DynamoDB is moto: the times are moto's, not a network's, but the number of calls
is the same as on AWS. The writers commit over HTTP to the local engine, as clients do.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import httpx
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from benchmarks.report import Report
from benchmarks.server import Served, served
from fourfold.config.commit import Author, Op, SetOp
from fourfold.config.effective import ConfigReader
from fourfold.config.entries import ScopeRef, chain_of
from fourfold.config.history import Revision
from fourfold.config.preset_ops import preset_ops
from fourfold.config.presets import PRESETS
from fourfold.config.registry import flattened, registry
from fourfold.config.scope import stored
from fourfold.config.service import CommitRequest, ConfigService
from fourfold.config.settings import Settings
from fourfold.events.config import ConfigChanged, config_changed_entry
from fourfold.http.scopes import SCOPES
from fourfold.storage.config.store import DynamoConfigStore
from tests.unit.config.memory import MemoryConfigStore
from tests.unit.config.reference import Histories

READS = 200
WRITERS, COMMITS = 2, 200
SEQUENCES, STEPS = 150, 30
REFS = chain_of("org", "ws")
SHARED = "engine.pipeline.audit.min_overall_score"
OWN = ("engine.chat.window", "engine.fingerprint.concurrency")
DEFAULTS = flattened(Settings())
AUTHOR = Author("key_benchmark", datetime(2026, 11, 25, tzinfo=UTC))
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def measure() -> Report:
    """Resolution times with their calls, then the writers, then the random histories."""
    report = Report("config")
    report.figure("keys in the registry", len(registry()), "keys")
    _resolving(report, "in memory", MemoryConfigStore({"ws": "org"}), Counter())
    with _tables() as (store, calls):
        _resolving(report, "moto", store, calls)
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as home, served(Path(home)) as stack:
        _written(stack, report)
    _histories(report)
    return report


def _resolving(report: Report, where: str, store: Any, calls: Counter[str]) -> None:  # noqa: ANN401 - either store
    """The whole tree, with a preset set at the system scope and single values below it."""
    ledger = ConfigService(store, DEFAULTS, list(PRESETS))
    ledger.commit(CommitRequest(REFS[:1], AUTHOR, "preset"), lambda chain: preset_ops("anthropic", chain, DEFAULTS))
    for refs, value in ((REFS[:2], 4.0), (REFS, 4.5)):
        ops: list[Op] = [SetOp(op="set", key="engine.pipeline.audit.min_overall_score", value=value)]
        _commit(ledger, CommitRequest(refs, AUTHOR), ops)
    readers = [ConfigReader(store, DEFAULTS) for _ in range(READS)]
    calls.clear()
    cold = [_ms(lambda reader=reader: reader.effective("org", "ws")) for reader in readers]  # type: ignore[misc]
    cold_calls = calls.total() / READS
    calls.clear()
    warm = [_ms(lambda: readers[0].effective("org", "ws")) for _ in range(READS)]
    warm_calls = calls.total() / READS
    counted = where == "moto"
    report.timing(f"cold resolve, {where}", cold, f"{cold_calls:g} BatchGetItem" if counted else "no DynamoDB")
    report.timing(f"warm resolve, {where}", warm, f"{warm_calls:g} BatchGetItem" if counted else "no DynamoDB")
    report.figure(f"warm resolve, {where}, median", statistics.median(warm) * 1000, "us")
    report.figure(f"cold / warm, {where}", statistics.median(cold) / statistics.median(warm), "times")


def _written(stack: Served, report: Report) -> None:
    with stack.client() as admin:
        made = [
            admin.post("/v1/keys", json={"name": f"writer {number}", "scopes": list(SCOPES)}).raise_for_status().json()
            for number in range(WRITERS)
        ]
        limits = {"scope": "org", "ops": [{"op": "set", "key": "api.limits.requests_per_minute", "value": 100_000}]}
        admin.patch("/v1/config", json=limits).raise_for_status()
        start, took, answers = threading.Barrier(WRITERS), list[float](), Counter[int]()
        began = time.perf_counter()
        with ThreadPoolExecutor(WRITERS) as pool:
            for times, statuses in pool.map(lambda n: _writer(stack.url, made[n]["key"], n, start), range(WRITERS)):
                took += times
                answers += statuses
        wall = time.perf_counter() - began
        admin.headers["Authorization"] = f"Bearer {made[0]['key']}"
        replayed, revisions, authors = _replayed(admin)
        snapshot = admin.post("/v1/config/snapshots", json={"label": "at the end"}).raise_for_status().json()
    state = {each["key"]: (each["is_set"], each["value"], each["lock"]) for each in snapshot["data"]}
    wanted = WRITERS * COMMITS
    report.figure("commits accepted", answers[200], "commits", f"{WRITERS} writers, {COMMITS} each, with If-Match")
    report.figure("conflicts answered 412 and tried again", answers[412], "replies")
    report.figure("any other answer", answers.total() - answers[200] - answers[412], "replies")
    report.figure("revisions in the log", revisions, "revisions", ", ".join(f"{count}" for count in authors.values()))
    outcome = "equal" if state == replayed and snapshot["revision"] == revisions == wanted else "NOT EQUAL"
    report.outcome(
        "final state and the log's replay", outcome, f"revision {snapshot['revision']}", f"{len(state)} keys"
    )
    report.timing("a commit with its conflicts, laptop engine", took, "until it was taken")
    report.figure("commits of both writers", wanted / wall, "commits/s", f"{wall:.1f} s in all")


def _writer(url: str, key: str, number: int, start: threading.Barrier) -> tuple[list[float], Counter[int]]:
    """Commits its own key and a key that both writers set, at the revision it last read."""
    answers, times, tag = Counter[int](), list[float](), '"0"'
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        start.wait()
        for step in range(COMMITS):
            ops = [
                {"op": "set", "key": OWN[number], "value": step % 30 + 1},
                {"op": "set", "key": SHARED, "value": (step % 25 + number * 25) / 10},
            ]
            began = time.perf_counter()
            while True:
                reply = client.patch("/v1/config", json={"ops": ops}, headers={"If-Match": tag})
                answers[reply.status_code] += 1
                if reply.status_code not in {200, 412}:
                    raise RuntimeError(reply.text)
                tag = reply.headers["etag"]
                if reply.status_code == 200:  # noqa: PLR2004 - HTTP's OK
                    break
            times.append((time.perf_counter() - began) * 1000)
    return times, answers


def _replayed(client: httpx.Client) -> tuple[dict[str, Any], int, Counter[str]]:
    """The state after all commits of the log, their number, and their number by author."""
    log: list[Any] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = client.get("/v1/config/revisions", params=query).raise_for_status().json()
        log += page["data"]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    state: dict[str, Any] = {}
    for record in reversed(log):
        for change in record["changes"]:
            state.pop(change["key"], None)
            if change["after"] is not None:
                state[change["key"]] = tuple(change["after"][name] for name in ("is_set", "value", "lock"))
    return state, len(log), Counter(record["by"] for record in log)


def _commit(ledger: ConfigService, terms: CommitRequest, ops: list[Op]) -> None:
    ledger.commit(terms, lambda _: ops)


def _histories(report: Report) -> None:
    run = Counter[str]()

    class Counted(Histories):
        def teardown(self) -> None:
            run["sequences"] += 1
            super().teardown()

    began = time.perf_counter()
    run_state_machine_as_test(
        Counted, settings=settings(max_examples=SEQUENCES, stateful_step_count=STEPS, deadline=None, database=None)
    )
    note = f"up to {STEPS} operations each against the reference, {time.perf_counter() - began:.0f} s, none disagrees"
    report.figure("random histories", run["sequences"], "sequences", note)


def _ms(read: Callable[[], object]) -> float:
    began = time.perf_counter()
    read()
    return (time.perf_counter() - began) * 1000


@contextmanager
def _tables() -> Iterator[tuple[DynamoConfigStore, Counter[str]]]:
    """A store on new tables, and a counter of the calls to them."""
    answer, turn = DynamoHandler.call_action, threading.Lock()

    def in_turn(handler: DynamoHandler) -> Any:  # noqa: ANN401 - moto's own
        with turn:  # DynamoDB isolates its transactions, moto does not
            return answer(handler)

    calls = Counter[str]()
    with patch.dict(os.environ, _CREDENTIALS), patch.object(DynamoHandler, "call_action", in_turn), mock_aws():
        client = boto3.client("dynamodb")
        for table, names in (("config", ("pk", "sk")), ("outbox", ("pk",))):
            kinds: Any = ("HASH", "RANGE")
            client.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            )
        client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.update([model.name]))
        yield DynamoConfigStore(client, "config", "outbox", _entry), calls


def _entry(ref: ScopeRef, record: Revision) -> dict[str, Any]:
    data = ConfigChanged(
        scope=stored(ref.scope),
        scope_id=ref.owner,
        persona_id=None,
        revision=record.revision,
        kind=record.kind,
        changed_by=record.by,
        reason=record.reason,
        keys=tuple(change.key for change in record.changes),
    )
    return config_changed_entry(data, "ws", record.at)


if __name__ == "__main__":
    measure().publish()
