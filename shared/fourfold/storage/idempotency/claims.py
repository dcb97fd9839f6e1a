"""Claims on idempotency keys and the replies kept for them, an item for each key in the Idempotency table."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fourfold.idempotency import LEASE_S, Execution, KeptReply, Refusal
from fourfold.ids import new_operation_id
from fourfold.storage.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(hours=24)
_ATTEMPTS = 5


class DynamoClaims:
    """The claims of all processes. Every change is conditional: one process at a time owns a key."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        """`clock` answers in seconds since the epoch."""
        self._table = Table(client, table)
        self._clock = clock

    def claim(self, key: str, fingerprint: str) -> Execution | KeptReply | Refusal:
        """The right to execute, or the reply of the execution that was, or why neither."""
        for _ in range(_ATTEMPTS):
            owner = new_operation_id()
            if self._first(key, fingerprint, owner):
                return Execution(key, owner, operation_id=owner, resumed=False)
            stored = self._stored(key)
            if stored is None:
                continue  # it expired a moment ago
            if stored["fingerprint"]["S"] != fingerprint:
                return Refusal.REUSED
            if "status" in stored:
                return _reply(stored)
            if int(stored["lease_until_ms"]["N"]) > self._now_ms():
                return Refusal.RUNNING
            if self._take_over(key, stored["owner"]["S"], owner):
                return Execution(key, owner, stored["operation_id"]["S"], resumed=True)
        return Refusal.RUNNING  # others were faster at each attempt

    def renew(self, execution: Execution) -> bool:
        """Extends the lease; False if another process has taken the work over."""
        return self._change(execution.key, execution.owner, {"lease_until_ms": self._lease()})

    def keep(self, execution: Execution, reply: KeptReply) -> bool:
        """Ends the execution with its reply (300 KB at most); False if another process has taken over."""
        kept = {
            "status": {"N": str(reply.status)},
            "headers": {"S": json.dumps(dict(reply.headers))},
            "body": {"S": reply.body},
        }
        return self._change(execution.key, execution.owner, kept)

    def release(self, execution: Execution) -> None:
        """Ends the execution without a reply: the next request of the same body resumes it at once."""
        self._change(execution.key, execution.owner, {"lease_until_ms": {"N": "0"}})

    def _first(self, key: str, fingerprint: str, owner: str) -> bool:
        now_ms = self._now_ms()
        claim = {
            "id": {"S": key},
            "fingerprint": {"S": fingerprint},
            "owner": {"S": owner},
            "operation_id": {"S": owner},
            "lease_until_ms": self._lease(),
            "expiration": {"N": str(now_ms // 1000 + int(RETENTION.total_seconds()))},
        }
        return self._table.put(
            claim,
            # DynamoDB deletes what expired late.
            "attribute_not_exists(id) OR #expiration < :now",
            names={"#expiration": "expiration"},
            values={":now": {"N": str(now_ms // 1000)}},
        )

    def _take_over(self, key: str, before: str, owner: str) -> bool:
        return self._change(key, before, {"owner": {"S": owner}, "lease_until_ms": self._lease()}, only_if_lapsed=True)

    def _change(self, key: str, owner: str, fields: dict[str, Any], *, only_if_lapsed: bool = False) -> bool:
        """Sets fields of the claim if it is still `owner`'s; says whether it was."""
        condition, values = "#owner = :before", {":before": {"S": owner}}
        names = {"#owner": "owner", **{f"#{name}": name for name in fields}}
        if only_if_lapsed:
            condition += " AND attribute_not_exists(#status) AND #lease_until_ms <= :now"
            names["#status"] = "status"
            values[":now"] = {"N": str(self._now_ms())}
        changed = self._table.update(
            {"id": {"S": key}},
            "SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            condition,
            names=names,
            values={**values, **{f":{name}": value for name, value in fields.items()}},
        )
        return changed is not None

    def _stored(self, key: str) -> Item | None:
        return self._table.get({"id": {"S": key}})

    def _lease(self) -> dict[str, str]:
        return {"N": str(self._now_ms() + LEASE_S * 1000)}

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _reply(item: Item) -> KeptReply:
    return KeptReply(int(item["status"]["N"]), json.loads(item["headers"]["S"]), item["body"]["S"])
