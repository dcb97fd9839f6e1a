"""Accepted requests: the idempotency key, the slot, the run and the persona in one transaction.

Idempotency   id the scoped key   which run a key of `POST /v1/personas` started; kept for a day
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fourfold.persona import PersonaGoneError
from fourfold.pipeline.bus_entries import started_entries
from fourfold.pipeline.new_run import NewRun
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError
from fourfold.pipeline.submit import EvaluationOverError, KeyClaim, RunStoredError, WorkspaceFullError
from fourfold.spending.budget import Reservation
from fourfold.storage.evaluations.store import check_in_progress
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.runs.slots import GenerationSlots
from fourfold.storage.table import Table
from fourfold.storage.transactions import Write, put, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(hours=24)
_ATTEMPTS = 10


class DynamoRunRepository:
    """Implements `fourfold.pipeline.submit.RunRepository`."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        personas: DynamoPersonaStore,
        slots: GenerationSlots,
        clock: Callable[[], datetime],
    ) -> None:
        """`table` is the one of the idempotency keys."""
        self._client = client
        self._table = Table(client, table)
        self._personas = personas
        self._slots = slots
        self._budgets = personas.budgets
        self._clock = clock

    def accept(
        self,
        start: NewRun,
        claim: KeyClaim | None,
        replaces: str | None,
        max_concurrent: int,
        reservation: Reservation | None = None,
    ) -> bool:
        """Stores all or nothing; False if the claim's key is taken by a run other than `replaces`.

        Raises:
            WorkspaceFullError: the workspace has `max_concurrent` runs in progress; nothing is stored.
            SlugTakenError: another persona has the slug of the new one.
            ConcurrentChangeError: the persona to regenerate is no longer as it was read.
            PersonaGoneError: the parent of the fork was deleted.
            BudgetExceededError: a budget has too little left.
            RunStoredError: the run is stored already.
            EvaluationOverError: the evaluation that the run is of has ended, or was deleted.
        """
        run = start.run
        entries = started_entries(run, start.persona)
        own = self._personas.start_writes(start.stored, start.persona, run, entries, start.base)
        origins = {} if start.origin is None else self._personas.fork_writes(start.persona, start.origin)
        key = [] if claim is None else [self._claim_write(claim, replaces)]
        slug = self._slug_writes(start, claim, replaces)
        if run.evaluation_id is not None:
            origins["evaluation"] = [check_in_progress(self._personas.table_name, run.workspace_id, run.evaluation_id)]
        for _ in range(_ATTEMPTS):
            slot = self._slots.take(run.workspace_id, [run.id], max_concurrent)
            held = {} if reservation is None else self._budgets.hold_writes(run.workspace_id, run.id, reservation)
            failed = transact(self._client, {"run": own, **origins, "key": key, "slug": slug, "slot": slot, **held})
            if "evaluation" in failed:
                raise EvaluationOverError
            if "run" in failed and start.stored is None:
                raise RunStoredError(run.id)
            if "run" in failed:
                raise ConcurrentChangeError
            if "parent" in failed:
                raise PersonaGoneError
            if "key" in failed:
                return False
            if "slug" in failed:
                raise SlugTakenError
            if not failed:
                return True
            if reservation is not None and "budget" in failed:
                self._budgets.require_room(run.workspace_id, reservation)
            # Another run was faster to the slot, or the budget has room again.
        raise WorkspaceFullError(max_concurrent, frozenset())

    def reserve(self, workspace_id: str, run_ids: Sequence[str], max_concurrent: int) -> None:
        """Takes a slot for each run that will be stored next, all or nothing. A run that has one keeps it.

        A slot whose run is not stored is free again as soon as all are taken; the run then takes another one.

        Raises:
            WorkspaceFullError: the workspace would have more than `max_concurrent` runs in progress.
        """
        for _ in range(_ATTEMPTS):
            if not transact(self._client, {"slots": self._slots.take(workspace_id, run_ids, max_concurrent)}):
                return
        raise WorkspaceFullError(max_concurrent, frozenset())

    def claim(self, key: str) -> KeyClaim | None:
        """The claim that holds a key, strongly consistent, or None. DynamoDB deletes what expired late."""
        item = self._table.get({"id": {"S": key}})
        if item is None or int(item["expiration"]["N"]) < self._now():
            return None
        # The key of a request with `count` has its reply instead of a run, and another fingerprint.
        run_id, persona_id = (item.get(name, {"S": ""})["S"] for name in ("run_id", "persona_id"))
        return KeyClaim(key, item["fingerprint"]["S"], run_id, persona_id)

    def _slug_writes(self, start: NewRun, claim: KeyClaim | None, replaces: str | None) -> list[Write]:
        """The write of a new persona's slug; it may take that of the persona whose run never started."""
        if start.stored is not None or start.persona.slug is None:
            return []
        earlier = self.claim(claim.key) if claim is not None and replaces is not None else None
        return self._personas.slug_writes(start.persona, None if earlier is None else earlier.persona_id)

    def _claim_write(self, claim: KeyClaim, replaces: str | None) -> Write:
        item = {
            "id": {"S": claim.key},
            "fingerprint": {"S": claim.fingerprint},
            "run_id": {"S": claim.run_id},
            "persona_id": {"S": claim.persona_id},
            "expiration": {"N": str(self._now() + int(RETENTION.total_seconds()))},
        }
        return put(
            self._table.name,
            item,
            "attribute_not_exists(id) OR expiration < :now OR run_id = :instead_of",
            values={":now": {"N": str(self._now())}, ":instead_of": {"S": replaces or "none"}},
        )

    def _now(self) -> int:
        return int(self._clock().timestamp())
