"""A persona that can speak, in tables of the template's layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fourfold.ids import new_persona_id, new_run_id
from fourfold.jobs.answers import PaidAnswers
from fourfold.jobs.job import Conclusion, JobContext, claim_run
from fourfold.jobs.message import JobMessage
from fourfold.jobs.store import Lease
from fourfold.llm.port import ModelCall
from fourfold.persona import Persona, PersonaStatus, TokenUsage
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.storage.jobs.checkpoints import DynamoCheckpoints
from fourfold.storage.jobs.store import DynamoJobStore
from fourfold.storage.personas.store import DynamoPersonaStore, persona_key
from fourfold.storage.progress.events import DynamoEventStore
from tests.tables import Tables, tables_in_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

WORKSPACE = "ws_one"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
_TABLES: dict[str, Any] = {"personas": "S", "run-events": "N", "outbox": None}


@dataclass
class Bench:
    """Jobs on moto's DynamoDB; `now` is the clock."""

    client: DynamoDBClient
    persona: Persona
    now: datetime = NOW

    @property
    def store(self) -> DynamoJobStore:
        return DynamoJobStore(self.client, "personas", "outbox")

    def place(self) -> JobContext:
        return JobContext(
            store=self.store,
            log_of=lambda run: RunLog(self.events_of(run), run.id, run.persona_id, 0, lambda: self.now),
            checkpoints_of=lambda run: DynamoCheckpoints(self.client, "personas", run),
            clock=lambda: self.now,
        )

    def events_of(self, run: Run) -> DynamoEventStore:
        return DynamoEventStore(self.client, "run-events", WORKSPACE, run.id)

    def logged(self, run: Run) -> list[str]:
        return [entry.event.type for entry in self.events_of(run).entries()]

    def order(self, run_id: str | None = None, kind: RunKind = RunKind.FINGERPRINT) -> JobMessage:
        return JobMessage(
            kind=kind,
            run_id=run_id or new_run_id(),
            workspace_id=WORKSPACE,
            persona_id=self.persona.id,
        )

    def claimed(self, order: JobMessage, message: str = "m-1") -> Run | None:
        """The order's run, claimed by a delivery for five minutes; None as `claim_run` says."""
        return claim_run(order, self.place(), Lease(message, self.now + timedelta(seconds=300)), "cfg")

    def stored_keys(self) -> set[tuple[str, str]]:
        """Partition and sort key of every item in the Personas table."""
        return {(item["pk"]["S"], item["sk"]["S"]) for item in self.client.scan(TableName="personas")["Items"]}

    def delete_persona(self) -> None:
        self.client.delete_item(TableName="personas", Key=persona_key(WORKSPACE, self.persona.id))


@dataclass
class Toy:
    """A job of `count` items, each one paid call; `before` is called before each. `asked` are the calls made."""

    count: int = 5
    before: Callable[[str], None] = lambda _key: None
    asked: list[str] = field(default_factory=list)

    def items(self, answers: PaidAnswers | None = None) -> Sequence[str]:  # noqa: ARG002 - the port's
        return [f"item-{number}" for number in range(self.count)]

    def perform(self, key: str, answers: PaidAnswers) -> None:
        self.before(key)

        def pay() -> str:
            self.asked.append(key)
            return f"done {key}"

        answers.get_or_make(key, pay)

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        assert run.status is RunStatus.RUNNING
        assert at.tzinfo is not None
        return Conclusion(f"{len(kept)} done", (), TokenUsage(output_tokens=len(kept)), 0.01)

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        done = [key for key in self.items() if key in kept]
        tokens = TokenUsage(output_tokens=1)
        return [ModelCall(provider="toy", model="1", duration_ms=1, tokens=tokens, cost_usd=0.5) for _ in done]


@pytest.fixture(scope="module")
def _tables() -> Iterator[Tables]:
    with tables_in_moto(_TABLES) as tables:
        yield tables


@pytest.fixture
def bench(_tables: Tables) -> Bench:
    _tables.put_back()
    persona = Persona(
        id=new_persona_id(),
        workspace_id=WORKSPACE,
        status=PersonaStatus.ACTIVE,
        intent="A shy founder",
        run_id=new_run_id(),
        config_hash="cfg",
        created_at=NOW,
        updated_at=NOW,
    )
    made = Run(
        id=persona.run_id,
        persona_id=persona.id,
        workspace_id=WORKSPACE,
        status=RunStatus.COMPLETED,
        config_hash="cfg",
        started_at=NOW,
    )
    DynamoPersonaStore(_tables.client, "personas", "outbox").start(persona, made)
    return Bench(_tables.client, persona)
