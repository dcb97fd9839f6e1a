"""Personas and runs in the Personas table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fourfold.persona import Persona
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.transactions import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


_OWN_WRITES = 2  # run and persona come first in a transaction


class AlsoTakenError(Exception):
    """What was to be stored with a run does not go; `places` says which of it."""

    def __init__(self, places: frozenset[int]) -> None:
        super().__init__(sorted(places))
        self.places = places


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

    def start(self, persona: Persona, run: Run, also: Sequence[PutTypeDef] = ()) -> None:
        """Stores both, and `also` with them, or nothing.

        Raises:
            AlsoTakenError: the conditions of some of `also` do not hold.
            ValueError: one of the two is there already.
        """
        failed = self._write_both(persona, run, condition="attribute_not_exists(pk)", values={}, also=also)
        if failed and min(failed) >= _OWN_WRITES:
            raise AlsoTakenError(frozenset(place - _OWN_WRITES for place in failed))
        if failed:
            raise ValueError(f"{persona.id} or {run.id} is stored already")

    def finish(self, persona: Persona, run: Run) -> bool:
        """Stores both or neither, only while the stored run is still `running`; says whether it did."""
        return not self._write_both(
            persona, run, condition="#status = :running", values={":running": {"S": RunStatus.RUNNING.value}}
        )

    def _write_both(
        self, persona: Persona, run: Run, *, condition: str, values: dict[str, Any], also: Sequence[PutTypeDef] = ()
    ) -> frozenset[int]:
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
        return transact(self._client, [{"Put": put} for put in (run_put, persona_put, *also)])

    def _doc(self, workspace_id: str, sk: str) -> str | None:
        reply = self._client.get_item(TableName=self._table, Key=_key(workspace_id, sk), ConsistentRead=True)
        item = reply.get("Item")
        return None if item is None else item["doc"]["S"]


def _pk(workspace_id: str) -> str:
    return f"WS#{workspace_id}"


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": _pk(workspace_id)}, "sk": {"S": sk}}
