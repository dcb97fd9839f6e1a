"""Chat sessions and a bare assistant's replies in the Personas table.

`OF#<persona>#CHAT#<session>`           the session: its count of turns, its drift
`OF#<persona>#CHAT#<session>#<turn>`    an exchange; turns have five digits, so that they sort
`POLE#<model>#<scenario set>#<scenario>`  what a bare assistant answered, for the whole workspace
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.persona import PersonaGoneError
from fourfold.storage.outbox import outbox_put
from fourfold.storage.personas import still_there
from fourfold.storage.transactions import transact
from fourfold.voice.sessions import ChatExchange, PersonaRef, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A transaction takes a hundred writes.
_MOST_ENTRIES = 90


class DynamoSessions:
    """Implements `fourfold.voice.sessions.SessionStore`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = table
        self._outbox = outbox

    def session(self, owner: PersonaRef, session_id: str) -> Session | None:
        """The session, strongly consistent, or None."""
        reply = self._client.get_item(TableName=self._table, Key=_key(owner, session_id), ConsistentRead=True)
        item = reply.get("Item")
        return None if item is None else Session.model_validate_json(item["doc"]["S"])

    def exchanges(self, owner: PersonaRef, session_id: str, last: int) -> Sequence[ChatExchange]:
        """The session's last exchanges, at most `last`, the oldest first."""
        if last == 0:
            return ()
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": f"WS#{owner.workspace_id}"},
                ":prefix": {"S": f"{_sk(owner, session_id)}#"},
            },
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=last,
        )
        return [ChatExchange.model_validate_json(item["doc"]["S"]) for item in reversed(reply["Items"])]

    def advance(
        self, owner: PersonaRef, session: Session, exchanges: Sequence[ChatExchange], entries: Sequence[dict[str, Any]]
    ) -> bool:
        """Stores a session's next step with its new exchanges, and hands `entries` to the bus, or nothing of it.

        Raises:
            PersonaGoneError: the persona was deleted.
        """
        first = session.turns - len(exchanges) + 1
        there = still_there(self._table, owner.workspace_id, owner.persona_id)
        writes: list[TransactWriteItemTypeDef] = [there, self._header(owner, session)]
        for place, exchange in enumerate(exchanges):
            key = _key(owner, session.session_id, first + place)
            writes.append(
                {"Put": {"TableName": self._table, "Item": {**key, "doc": {"S": exchange.model_dump_json()}}}}
            )
        writes += [{"Put": outbox_put(self._outbox, entry)} for entry in entries[:_MOST_ENTRIES]]
        failed = transact(self._client, writes)
        if 0 in failed:
            raise PersonaGoneError(owner.persona_id)
        return not failed

    def publish(self, entries: Sequence[dict[str, Any]]) -> None:
        """Hands entries to the bus that belong to no session."""
        for entry in entries:
            put = outbox_put(self._outbox, entry)
            self._client.put_item(TableName=put["TableName"], Item=put["Item"])

    def _header(self, owner: PersonaRef, session: Session) -> TransactWriteItemTypeDef:
        item = {
            **_key(owner, session.session_id),
            "steps": {"N": str(session.steps)},
            "doc": {"S": session.model_dump_json()},
        }
        put: Any = {"TableName": self._table, "Item": item}
        if session.steps == 1:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "steps = :before"
            put["ExpressionAttributeValues"] = {":before": {"N": str(session.steps - 1)}}
        return {"Put": put}


class DynamoAssistantBaseline:
    """Implements `fourfold.voice.fingerprint_job.AssistantBaseline` for one workspace."""

    def __init__(self, client: DynamoDBClient, table: str, workspace_id: str) -> None:
        self._client = client
        self._table = table
        self._pk = {"S": f"WS#{workspace_id}"}

    def read(self, model: str) -> Mapping[str, str]:
        """The replies of a model by scenario."""
        prefix = f"POLE#{model}#"
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": self._pk, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        return {item["sk"]["S"].removeprefix(prefix): item["doc"]["S"] for item in reply["Items"]}

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Keeps a reply; one that is kept already stays as it was."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={"pk": self._pk, "sk": {"S": f"POLE#{model}#{scenario_id}"}, "doc": {"S": reply}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _sk(owner: PersonaRef, session_id: str) -> str:
    return f"OF#{owner.persona_id}#CHAT#{session_id}"


def _key(owner: PersonaRef, session_id: str, turn: int | None = None) -> dict[str, Any]:
    sk = _sk(owner, session_id) + ("" if turn is None else f"#{turn:05d}")
    return {"pk": {"S": f"WS#{owner.workspace_id}"}, "sk": {"S": sk}}
