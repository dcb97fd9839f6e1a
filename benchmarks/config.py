"""What reading the settings costs, cold and warm, and what becomes of two writers at once.

DynamoDB is moto, in this process: its times are moto's, not a network's. The number of calls is what it would be there.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from benchmarks.report import Report
from fourfold.config.commit import Author, Op, SetOp, replayed
from fourfold.config.effective import ConfigReader
from fourfold.config.history import Revision
from fourfold.config.ledger import Ledger, Terms
from fourfold.config.nodes import Nodes, Place, chain_of
from fourfold.config.presets import PRESETS
from fourfold.config.registry import flattened, registry
from fourfold.config.scope import stored
from fourfold.config.settings import Settings
from fourfold.config.swap import preset_ops
from fourfold.events.config import ConfigChanged, config_changed_entry
from fourfold.http.problems import ProblemError
from fourfold.storage.config import DynamoConfigStore
from functions.api.tree import told
from tests.unit.config.memory import MemoryConfigStore
from tests.unit.config.test_against_reference import Histories

READS = 200
WRITERS, COMMITS = 2, 200
SEQUENCES, STEPS = 150, 30
PLACES = chain_of("org", "ws")
DEFAULTS = flattened(Settings())
AUTHOR = Author("key_benchmark", datetime(2026, 11, 25, tzinfo=UTC))
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def measure() -> Report:
    """Resolve times with their calls, then the writers, then the random histories."""
    report = Report("config")
    report.figure("keys in the registry", len(registry()), "keys")
    _resolving(report, "in memory", MemoryConfigStore({"ws": "org"}), Counter())
    with _tables() as (store, calls):
        _resolving(report, "moto", store, calls)
    with _tables() as (store, _):
        _writers(report, store)
    _histories(report)
    return report


def _resolving(report: Report, where: str, store: Any, calls: Counter[str]) -> None:  # noqa: ANN401 - either store
    """The whole tree, where a preset stands at the system and single values stand below it."""
    ledger = Ledger(store, DEFAULTS, list(PRESETS))
    ledger.commit(Terms(PLACES[:1], AUTHOR, "preset"), lambda chain: preset_ops("anthropic", chain, DEFAULTS))
    for places, value in ((PLACES[:2], 4.0), (PLACES, 4.5)):
        ops: list[Op] = [SetOp(op="set", key="engine.pipeline.audit.min_overall_score", value=value)]
        _commit(ledger, Terms(places, AUTHOR), ops)
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


def _writers(report: Report, store: DynamoConfigStore) -> None:
    """Each writer reads the revision, commits on condition of it, and reads again when it was refused."""
    conflicts: list[int] = []

    def write(writer: int) -> int:
        ledger = Ledger(store, DEFAULTS, [])
        key = ("engine.chat.window", "engine.provocation.concurrency")[writer]
        accepted = 0
        while accepted < COMMITS:
            seen = store.revisions(PLACES[-1:])[PLACES[-1]]
            ops: list[Op] = [SetOp(op="set", key=key, value=1 + accepted % 30)]
            terms = Terms(PLACES, AUTHOR, expected=seen)
            try:
                _commit(ledger, terms, ops)
            except ProblemError as error:
                conflicts.append(error.problem.status)
            else:
                accepted += 1
        return accepted

    began = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        accepted = sum(pool.map(write, range(WRITERS)))
    seconds = time.perf_counter() - began
    final = store.states(PLACES[-1:])[PLACES[-1]]
    log: Nodes = {}
    for number in range(1, final.revision + 1):
        found = store.revision(PLACES[-1], number)
        log = replayed(log, found[0].changes if found else ())
    equal = log == final.nodes and final.revision == accepted
    answers = ", ".join(f"{count} x {status}" for status, count in Counter(conflicts).items())
    report.figure("commits accepted", accepted, "commits", f"{WRITERS} writers, {COMMITS} each, {seconds:.1f} s")
    report.figure("conflicts answered", len(conflicts), "conflicts", answers or "none met")
    report.figure("final state equals the log's replay", float(equal), "(1 yes, 0 no)", f"revision {final.revision}")


def _commit(ledger: Ledger, terms: Terms, ops: list[Op]) -> None:
    told(lambda: ledger.commit(terms, lambda _: ops))


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
    """A store on fresh tables, and a count of the calls made to them."""
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


def _entry(place: Place, record: Revision) -> dict[str, Any]:
    data = ConfigChanged(
        scope=stored(place.scope),
        scope_id=place.owner,
        revision=record.revision,
        kind=record.kind,
        changed_by=record.by,
        reason=record.reason,
        keys=tuple(change.key for change in record.changes),
    )
    return config_changed_entry(data, "ws", record.at)


if __name__ == "__main__":
    measure().publish()
