"""Claims on names: one run has a name of a workspace or a batch, and the newest named personas are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fourfold.persona import Persona, Surface
from fourfold.pipeline.new_run import PersonaChoices
from fourfold.pipeline.state import RunState
from fourfold.storage.months import PERSONAS, Months
from fourfold.storage.personas.listing import entry_item
from fourfold.storage.personas.names import RECENT, DynamoNames
from fourfold.storage.table import Table
from tests.builders import START, new_state

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from fourfold.progress.run import NameScope

BATCH, OTHER_BATCH = f"bat_{'0' * 26}", f"bat_{'1' * 26}"


def run_of(scope: NameScope = "workspace", batch: str | None = None) -> RunState:
    return new_state(choices=PersonaChoices(distinct_names=scope, batch_id=batch))


def names(dynamodb: DynamoDBClient, run: RunState, now: datetime = START) -> DynamoNames:
    return DynamoNames(dynamodb, "personas", "idempotency", run, lambda: now)


def test_a_name_belongs_to_the_first_run_that_claims_it_for_a_day(dynamodb: DynamoDBClient) -> None:
    first, second = run_of(), run_of(batch=BATCH)
    assert names(dynamodb, first).claim("derya aksoy")
    assert names(dynamodb, first).claim("derya aksoy")  # a repeated invocation of the step
    assert not names(dynamodb, second).claim("derya aksoy")
    assert names(dynamodb, second).claim("nehir uysal")
    assert names(dynamodb, second, START + timedelta(hours=25)).claim("derya aksoy")


def test_a_seeded_batch_has_names_of_its_own(dynamodb: DynamoDBClient) -> None:
    assert names(dynamodb, run_of()).claim("derya aksoy")
    assert names(dynamodb, run_of("batch", BATCH)).claim("derya aksoy")
    assert names(dynamodb, run_of("batch", OTHER_BATCH)).claim("derya aksoy")
    assert not names(dynamodb, run_of("batch", BATCH)).claim("derya aksoy")


def test_a_claim_holds_no_name_and_no_id(dynamodb: DynamoDBClient) -> None:
    run = run_of()
    names(dynamodb, run).claim("derya aksoy")
    (stored,) = dynamodb.scan(TableName="idempotency")["Items"]
    assert not any(text in str(stored) for text in ("derya", run.run_id, run.persona_id))


def test_the_newest_fifty_that_have_a_name(dynamodb: DynamoDBClient) -> None:
    table, months = Table(dynamodb, "personas"), Months(Table(dynamodb, "personas"))
    for number in range(RECENT + 5):
        surface = Surface(name=f"Person {number}", age=34, location="Izmir", occupation="baker", appearance="Plain.")
        persona = Persona(
            id=f"per_01k9{number:022}",
            workspace_id="ws_test",
            status="active",
            intent="x",
            run_id=None,
            config_hash="cfg_x",
            surface=None if number % 10 == 9 else surface,
            created_at=datetime(2026, 11, 1, tzinfo=UTC),
            updated_at=START,
        )
        months.register("ws_test", PERSONAS, persona.id)
        table.put(entry_item(persona))
    found = names(dynamodb, run_of()).recent()
    assert len(found) == RECENT
    assert found[:2] == ("Person 54", "Person 53")
    assert "Person 49" not in found
    assert names(dynamodb, run_of("batch", BATCH)).recent() == ()
