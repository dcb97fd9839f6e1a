"""API keys, stored hashed: whoever reads the table cannot call the API."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True)
class ApiKey:
    """Who is calling: the key's id, its tenant, and what it may do."""

    key_id: str
    org_id: str
    workspace_id: str
    scopes: frozenset[str]


class DynamoApiKeys:
    """API keys by the SHA-256 of their text. Keys carry 256 random bits, so a plain hash cannot be guessed back."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def find(self, secret: str) -> ApiKey | None:
        """The key with this text, or None."""
        return self.find_hashed(key_hash(secret))

    def find_hashed(self, digest: str) -> ApiKey | None:
        """The key whose text has this `key_hash`, or None."""
        reply = self._client.get_item(TableName=self._table, Key={"pk": {"S": _pk(digest)}}, ConsistentRead=True)
        item = reply.get("Item")
        if item is None:
            return None
        return ApiKey(
            key_id=item["key_id"]["S"],
            org_id=item["org_id"]["S"],
            workspace_id=item["workspace_id"]["S"],
            scopes=frozenset(scope["S"] for scope in item["scopes"]["L"]),
        )

    def put(self, secret: str, key: ApiKey, created_at: str) -> None:
        """Stores a key under the hash of its text."""
        scopes: Sequence[str] = sorted(key.scopes)
        self._client.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": _pk(key_hash(secret))},
                "key_id": {"S": key.key_id},
                "org_id": {"S": key.org_id},
                "workspace_id": {"S": key.workspace_id},
                "scopes": {"L": [{"S": scope} for scope in scopes]},
                "created_at": {"S": created_at},
            },
        )


def key_hash(secret: str) -> str:
    """What stands for a key wherever it must be recognised and must not be read."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _pk(digest: str) -> str:
    return f"KEY#{digest}"
