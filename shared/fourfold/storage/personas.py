"""Personas and runs in the Personas table."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.persona import Persona
from fourfold.progress.run import Run, RunStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


# Seconds before a transaction that met another one on the same item is tried again; botocore does not.
_CONFLICT_PAUSES = (0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class PersonaPage:
    """One page of a list, newest first. `last` is the id to go on after, None at the end."""

    personas: Sequence[Persona]
    last: str | None


class DynamoPersonaStore:
    """Implements `fourfold.pipeline.personas.PersonaStore`, and lists."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None."""
        doc = self._doc(workspace_id, f"PERSONA#{persona_id}")
        return None if doc is None else Persona.model_validate_json(doc)

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """The run, strongly consistent, or None."""
        doc = self._doc(workspace_id, f"RUN#{run_id}")
        return None if doc is None else Run.model_validate_json(doc)

    def page(self, workspace_id: str, limit: int, after: str | None = None) -> PersonaPage:
        """Up to `limit` (1-100) personas of a workspace, newest first, those made before persona `after`.

        A page may be shorter than `limit` although more follow (DynamoDB reads 1 MB at a time): `last` tells.
        """
        condition, values = "pk = :pk AND begins_with(sk, :prefix)", {":pk": {"S": _pk(workspace_id)}}
        query: dict[str, Any] = {}
        if after is not None:
            query["ExclusiveStartKey"] = _key(workspace_id, f"PERSONA#{after}")
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={**values, ":prefix": {"S": "PERSONA#"}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
            **query,
        )
        personas = [Persona.model_validate_json(item["doc"]["S"]) for item in reply["Items"]]
        more = "LastEvaluatedKey" in reply and bool(personas)
        return PersonaPage(personas, personas[-1].id if more else None)

    def start(self, persona: Persona, run: Run, claim: PutTypeDef | None = None) -> None:
        """Stores both, and `claim` in another table with them, or nothing.

        Raises:
            ValueError: one of them is there already, or the claim's condition does not hold.
        """
        if not self._write_both(persona, run, condition="attribute_not_exists(pk)", values={}, claim=claim):
            raise ValueError(f"{persona.id} or {run.id} is stored already, or its claim is taken")

    def finish(self, persona: Persona, run: Run) -> bool:
        """Stores both or neither, only while the stored run is still `running`; says whether it did."""
        return self._write_both(
            persona, run, condition="#status = :running", values={":running": {"S": RunStatus.RUNNING.value}}
        )

    def _write_both(
        self, persona: Persona, run: Run, *, condition: str, values: dict[str, Any], claim: PutTypeDef | None = None
    ) -> bool:
        run_put: PutTypeDef = {
            "TableName": self._table,
            "Item": {
                **_key(run.workspace_id, f"RUN#{run.id}"),
                "status": {"S": run.status.value},
                "started_at": {"S": run.started_at.isoformat()},
                "doc": {"S": run.model_dump_json()},
            },
            "ConditionExpression": condition,
        }
        if values:
            run_put["ExpressionAttributeNames"] = {"#status": "status"}
            run_put["ExpressionAttributeValues"] = values
        persona_put: PutTypeDef = {
            "TableName": self._table,
            "Item": {
                **_key(persona.workspace_id, f"PERSONA#{persona.id}"),
                "status": {"S": persona.status.value},
                "version": {"N": str(persona.version)},
                "doc": {"S": persona.model_dump_json()},
            },
        }
        puts = [run_put, persona_put] if claim is None else [run_put, persona_put, claim]
        for pause in (*_CONFLICT_PAUSES, None):
            try:
                self._client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
            except ClientError as error:
                if _failed_by(error, "ConditionalCheckFailed"):
                    return False
                if pause is None or not _failed_by(error, "TransactionConflict"):
                    raise
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads writers, keeps no secret
            else:
                break
        return True

    def _doc(self, workspace_id: str, sk: str) -> str | None:
        reply = self._client.get_item(TableName=self._table, Key=_key(workspace_id, sk), ConsistentRead=True)
        item = reply.get("Item")
        return None if item is None else item["doc"]["S"]


def _failed_by(error: ClientError, code: str) -> bool:
    """Whether one of a cancelled transaction's reasons is `code`."""
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") == code for reason in reasons)


def _pk(workspace_id: str) -> str:
    return f"WS#{workspace_id}"


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": _pk(workspace_id)}, "sk": {"S": sk}}
