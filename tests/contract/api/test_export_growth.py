"""A page of a workspace's export reads what it returns, however many evaluations or sessions there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ulid import ULID

from fourfold.storage.client import dynamodb
from fourfold.storage.months import EVALUATIONS, PERSONAS, entry_key, month_key
from fourfold.storage.partitions import evaluation_pk, persona_pk, sessions_pk
from fourfold.storage.personas.sessions import header_key, session_entry
from fourfold.storage.table import Item, Table, key
from fourfold.voice.sessions import Session
from tests.contract.api.conftest import FULL_KEY, Api
from tests.dynamo_meter import DynamoMeter

FEW, MANY, LIMIT = 60, 300, 10
PERSONA = "per_01kaqf0c5v3y9m2t8z4n6r1w7b"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def evaluations(numbers: range) -> Iterator[Item]:
    for number in numbers:
        evaluation_id = f"evl_{ULID.from_datetime(FIRST + timedelta(hours=number))}".lower()
        yield month_key("ws_one", EVALUATIONS, evaluation_id)
        yield entry_key("ws_one", EVALUATIONS, evaluation_id)
        yield {**key(evaluation_pk("ws_one", evaluation_id), "EVALUATION"), "doc": {"S": "{}"}}


def sessions(numbers: range, *, started: bool = True) -> Iterator[Item]:
    yield month_key("ws_one", PERSONAS, PERSONA)
    yield entry_key("ws_one", PERSONAS, PERSONA)
    yield {**key(persona_pk("ws_one", PERSONA), "PERSONA"), "doc": {"S": "{}"}}
    for number in numbers:
        at, session_id = FIRST + timedelta(hours=number), f"ses_{number:05}"
        session = Session(session_id=session_id, updated_at=at, started_at=at if started else None)
        yield session_entry(sessions_pk("ws_one", PERSONA), session_id, at)
        yield {**header_key("ws_one", PERSONA, session_id), "doc": {"S": session.model_dump_json()}}


@pytest.mark.parametrize(("stored", "kind"), [(evaluations, "evaluation"), (sessions, "session")])
def test_a_page_costs_the_same_among_ten_times_as_many(
    api: Api, stored: Callable[[range], Iterator[Item]], kind: str
) -> None:
    table, meter = Table(api.tables, "personas"), DynamoMeter(dynamodb(), api.tables)
    dearest = []
    try:
        for numbers in (range(FEW), range(FEW, MANY)):
            table.put_many({each["pk"]["S"] + each["sk"]["S"]: each for each in stored(numbers)}.values())
            found, pages = _exported(api, meter, kind, most=3)
            assert len(found) == len(set(found)) > 2 * LIMIT
            dearest.append(max(pages[1:]))
    finally:
        meter.close()
    assert dearest[1] <= dearest[0] + 3


def test_sessions_that_an_earlier_version_stored_are_exported_once(api: Api) -> None:
    Table(api.tables, "personas").put_many(sessions(range(2 * LIMIT + 1), started=False))
    meter = DynamoMeter(dynamodb(), api.tables)
    try:
        found, _ = _exported(api, meter, "session", most=FEW)
    finally:
        meter.close()
    assert found == [f"SESSION#ses_{number:05}/{PERSONA}#SESSION" for number in range(2 * LIMIT + 1)]


def _exported(api: Api, meter: DynamoMeter, kind: str, most: int) -> tuple[list[str], list[float]]:
    """The ids of the records of a kind, and the read units of each page that has no others, up to `most` such pages."""
    found: list[str] = []
    units: list[float] = []
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"] and len(units) < most:
        query = {"cursor": page["next_cursor"]} if "next_cursor" in page else {}
        with meter.during() as usage:
            page = api.call("GET", "/v1/workspace/export", FULL_KEY, params={"limit": LIMIT, **query}).json()
        if {each["kind"] for each in page["data"]} == {kind}:
            units.append(sum(each.units for each in usage.accesses if each.table != "api-keys"))
        found += [each["id"] for each in page["data"] if each["kind"] == kind]
    return found, units
