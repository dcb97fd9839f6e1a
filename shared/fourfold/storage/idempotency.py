"""Idempotency keys: which run a key stands for, kept for a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from fourfold.persona import Persona
from fourfold.pipeline.acceptance import Claim
from fourfold.progress.run import Run
from fourfold.storage.personas import DynamoPersonaStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

RETENTION = timedelta(hours=24)


class DynamoIntake:
    """Implements `fourfold.pipeline.acceptance.Intake`: key, run and persona in one transaction."""

    def __init__(
        self, client: DynamoDBClient, table: str, personas: DynamoPersonaStore, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._table = table
        self._personas = personas
        self._clock = clock

    def accept(self, persona: Persona, run: Run, claim: Claim | None, instead_of: str | None) -> bool:
        """Stores all or nothing; False if the claim's key is taken by a run other than `instead_of`."""
        try:
            self._personas.start(persona, run, None if claim is None else self._put(claim, instead_of))
        except ValueError:  # ids are fresh: it is the key
            return False
        return True

    def claim(self, key: str) -> Claim | None:
        """The standing claim of a key, strongly consistent, or None. DynamoDB deletes what expired late: look."""
        reply = self._client.get_item(TableName=self._table, Key={"id": {"S": key}}, ConsistentRead=True)
        item = reply.get("Item")
        if item is None or int(item["expiration"]["N"]) < self._now():
            return None
        return Claim(key, item["fingerprint"]["S"], item["run_id"]["S"], item["persona_id"]["S"])

    def reserve(self, claim: Claim) -> Claim:
        """Stores a claim by itself, unless its key is taken: answers with the one that stands."""
        try:
            self._client.put_item(**self._put(claim, None))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        else:
            return claim
        return self.claim(claim.key) or claim

    def _put(self, claim: Claim, instead_of: str | None) -> PutTypeDef:
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
                ":instead_of": {"S": instead_of or "none"},
            },
        }

    def _now(self) -> int:
        return int(self._clock().timestamp())
