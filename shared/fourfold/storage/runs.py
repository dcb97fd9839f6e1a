"""Idempotency keys: which run a key stands for, kept for a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fourfold.pipeline.new_run import NewRun
from fourfold.pipeline.submit import KeyClaim, WorkspaceFullError
from fourfold.storage.generation_slots import GenerationSlots
from fourfold.storage.personas import AlsoTakenError, DynamoPersonaStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

RETENTION = timedelta(hours=24)
_ROUNDS = 10
_CLAIM = 1  # its place among what is stored with a run


class DynamoRunRepository:
    """Implements `fourfold.pipeline.submit.RunRepository`: key, slot, run and persona in one transaction."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        personas: DynamoPersonaStore,
        slots: GenerationSlots,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._table = table
        self._personas = personas
        self._slots = slots
        self._clock = clock

    def accept(self, start: NewRun, claim: KeyClaim | None, replaces: str | None, max_concurrent: int) -> bool:
        """Stores all or nothing; False if the claim's key is taken by a run other than `replaces`.

        Raises:
            WorkspaceFullError: the workspace has `max_concurrent` runs going on; nothing is stored.
            ConcurrentChangeError: the persona has changed since `stored` was read.
        """
        stored, persona, run = start.stored, start.persona, start.run
        for _ in range(_ROUNDS):
            slot = self._slots.take(run.workspace_id, run.id, max_concurrent)
            also = [slot] if claim is None else [slot, self._put(claim, replaces)]
            try:
                if stored is None:
                    self._personas.start(persona, run, also)
                else:
                    self._personas.start_again(stored, persona, run, also)
            except AlsoTakenError as taken:
                if _CLAIM in taken.places:
                    return False
                continue  # another run was quicker to the slot
            return True
        raise WorkspaceFullError(max_concurrent, frozenset())

    def claim(self, key: str) -> KeyClaim | None:
        """The standing claim of a key, strongly consistent, or None. DynamoDB deletes what expired late: look."""
        reply = self._client.get_item(TableName=self._table, Key={"id": {"S": key}}, ConsistentRead=True)
        item = reply.get("Item")
        if item is None or int(item["expiration"]["N"]) < self._now():
            return None
        return KeyClaim(key, item["fingerprint"]["S"], item["run_id"]["S"], item["persona_id"]["S"])

    def _put(self, claim: KeyClaim, replaces: str | None) -> PutTypeDef:
        return {
            "TableName": self._table,
            "Item": {
                "id": {"S": claim.key},
                "fingerprint": {"S": claim.fingerprint},
                "run_id": {"S": claim.run_id},
                "persona_id": {"S": claim.persona_id},
                "expiration": {"N": str(self._now() + int(RETENTION.total_seconds()))},
            },
            "ConditionExpression": "attribute_not_exists(id) OR expiration < :now OR run_id = :instead_of",
            "ExpressionAttributeValues": {
                ":now": {"N": str(self._now())},
                ":instead_of": {"S": replaces or "none"},
            },
        }

    def _now(self) -> int:
        return int(self._clock().timestamp())
