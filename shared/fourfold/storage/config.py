"""Settings in the Config table.

pk `SYSTEM`, `ORG#<id>` or `WS#<id>`; sk `HEAD` (what holds), `REV#<number>` (each commit and what held after it, zlib),
`SNAP#<id>` (snapshots), `BELOW#ORG#<id>` and `BELOW#WS#<id>` (scopes below that were ever committed to).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fourfold.config.entries import Entries, Entry, ScopeRef, ScopeState
from fourfold.config.history import Revision, Snapshot
from fourfold.config.scope import Scope
from fourfold.config.service import StaleError
from fourfold.storage.outbox import outbox_put
from fourfold.storage.transactions import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_MOST_IN_A_BATCH = 100
_ROUNDS = 8
_PREFIXES = {Scope.ORG: "ORG#", Scope.WORKSPACE: "WS#"}


@dataclass(frozen=True)
class Page:
    """One page of a scope's revisions, newest first. `last` is the revision to go on before, None at the end."""

    revisions: Sequence[Revision]
    last: int | None


class DynamoConfigStore:
    """Implements `fourfold.config.service.ConfigStore`, and lists.

    `entry_of` makes the bus entry that announces a commit, from the places committed to and its record.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        outbox: str,
        entry_of: Callable[[ScopeRef, Revision], dict[str, Any]],
    ) -> None:
        self._client = client
        self._table = table
        self._outbox = outbox
        self._entry_of = entry_of

    def revisions(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        """The revision of each place, strongly consistent; 0 for one that was never committed to."""
        shown = {"ProjectionExpression": "pk, revision"}
        return {ref: int(item["revision"]["N"]) if item else 0 for ref, item in self._heads(refs, shown)}

    def states(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        """The state of each place, strongly consistent; an empty one where nothing was ever committed."""
        return {
            ref: ScopeState(ref, int(item["revision"]["N"]), _nodes(item)) if item else ScopeState(ref)
            for ref, item in self._heads(refs, {})
        }

    def write(self, ancestors: Sequence[ScopeState], after: ScopeState, record: Revision) -> None:
        """Stores a commit whole and announces it, unless the scope or an ancestor has moved (StaleError)."""
        pk, text = _pk(after.ref), _text(after.entries)
        items: list[Any] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {**_key(pk, "HEAD"), "revision": {"N": str(after.revision)}, "nodes": {"S": text}},
                    **_at_revision(after.revision - 1),
                }
            },
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {
                        **_key(pk, _revision_sk(after.revision)),
                        "doc": _packed(record.model_dump_json()),
                        "nodes": _packed(text),
                    },
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            *({"ConditionCheck": self._unmoved(state)} for state in ancestors),
            {"Put": outbox_put(self._outbox, self._entry_of(after.ref, record))},
        ]
        if after.revision == 1:
            items.extend(self._registered([state.ref for state in ancestors], after.ref))
        if transact(self._client, items):
            raise StaleError

    def state_at(self, ref: ScopeRef, revision: int) -> ScopeState | None:
        """What a place said at a revision of its own, or None if there is no such revision."""
        if revision == 0:
            return ScopeState(ref)
        found = self.revision(ref, revision)
        return None if found is None else ScopeState(ref, revision, found[1])

    def revision(self, ref: ScopeRef, number: int) -> tuple[Revision, Entries] | None:
        """One revision and what held after it, or None."""
        item = self._item(_pk(ref), _revision_sk(number))
        return None if item is None else (_record(item), _nodes(item))

    def page(self, ref: ScopeRef, limit: int, before: int | None = None) -> Page:
        """Up to `limit` revisions of a place, newest first, those before revision `before`."""
        if before is not None and before <= 1:  # DynamoDB takes no range that ends before it begins
            return Page([], None)
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": _pk(ref)},
                ":first": {"S": _revision_sk(1)},
                ":last": {"S": _revision_sk(before - 1) if before is not None else "REV#:"},
            },
            ProjectionExpression="doc",
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        found = [_record(item) for item in reply["Items"]]
        more = bool(found) and found[-1].revision > 1
        return Page(found, found[-1].revision if more else None)

    def put_snapshot(self, ref: ScopeRef, snapshot: Snapshot, entries: Entries) -> None:
        """Keeps a snapshot; an id is never used twice."""
        self._client.put_item(
            TableName=self._table,
            Item={
                **_key(_pk(ref), f"SNAP#{snapshot.id}"),
                "doc": {"S": snapshot.model_dump_json()},
                "nodes": {"S": _text(entries)},
            },
            ConditionExpression="attribute_not_exists(pk)",
        )

    def snapshot(self, ref: ScopeRef, snapshot_id: str) -> tuple[Snapshot, Entries] | None:
        """A snapshot of a place and what it holds, or None."""
        item = self._item(_pk(ref), f"SNAP#{snapshot_id}")
        return None if item is None else (Snapshot.model_validate_json(item["doc"]["S"]), _nodes(item))

    def snapshots(self, ref: ScopeRef) -> list[Snapshot]:
        """All snapshots of a place, newest first."""
        found = self._query(_pk(ref), "SNAP#", "doc")
        return [Snapshot.model_validate_json(item["doc"]["S"]) for item in found][::-1]

    def below(self, ref: ScopeRef) -> Iterator[tuple[ScopeState, ...]]:
        """Of every scope below `ref` that was ever committed to: the states from just below it down to that one."""
        if ref.scope is Scope.WORKSPACE:
            return
        children = [_child(item["sk"]["S"]) for item in self._query(_pk(ref), "BELOW#", "sk")]
        states = self.states(children)
        for child in children:
            yield (states[child],)
            for tail in self.below(child):
                yield (states[child], *tail)

    def _heads(
        self, refs: Iterable[ScopeRef], shown: Mapping[str, str]
    ) -> Iterator[tuple[ScopeRef, dict[str, Any] | None]]:
        wanted = list(dict.fromkeys(refs))
        for start in range(0, len(wanted), _MOST_IN_A_BATCH):
            batch = wanted[start : start + _MOST_IN_A_BATCH]
            found = self._batch([_key(_pk(ref), "HEAD") for ref in batch], shown)
            for ref in batch:
                yield ref, found.get(_pk(ref))

    def _batch(self, keys: list[dict[str, Any]], shown: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for _ in range(_ROUNDS):  # DynamoDB may leave keys over
            request: Any = {self._table: {"Keys": keys, "ConsistentRead": True, **shown}}
            reply: Any = self._client.batch_get_item(RequestItems=request)
            found.update({item["pk"]["S"]: item for item in reply["Responses"].get(self._table, [])})
            keys = reply.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if not keys:
                return found
        raise TimeoutError("DynamoDB kept leaving settings unread")

    def _unmoved(self, state: ScopeState) -> Any:  # noqa: ANN401 - a ConditionCheck
        return {
            "TableName": self._table,
            "Key": _key(_pk(state.ref), "HEAD"),
            **_at_revision(state.revision),
        }

    def _registered(self, ancestors: Sequence[ScopeRef], ref: ScopeRef) -> list[Any]:
        """The place made findable from those above it."""
        line = [*ancestors, ref]
        return [
            {"Put": {"TableName": self._table, "Item": _key(_pk(upper), f"BELOW#{_pk(lower)}")}}
            for upper, lower in pairwise(line)
        ]

    def _item(self, pk: str, sk: str) -> dict[str, Any] | None:
        return self._client.get_item(TableName=self._table, Key=_key(pk, sk), ConsistentRead=True).get("Item")

    def _query(self, pk: str, prefix: str, shown: str) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
                ProjectionExpression=shown,
                ConsistentRead=True,
                **start,
            )
            yield from reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}


def _at_revision(revision: int) -> dict[str, Any]:
    if revision == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "revision = :revision",
        "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
    }


def _nodes(item: Mapping[str, Any]) -> Entries:
    stored = json.loads(_unpacked(item["nodes"]))
    return MappingProxyType({name: Entry.model_validate(entry, strict=False) for name, entry in stored.items()})


def _text(entries: Entries) -> str:
    said = {name: entry.model_dump(mode="json") for name, entry in entries.items()}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _record(item: Mapping[str, Any]) -> Revision:
    return Revision.model_validate_json(_unpacked(item["doc"]))


def _packed(text: str) -> dict[str, bytes]:
    """A revision says most things three times, before, after and whole: as plain text it may pass DynamoDB's 400 KB."""
    return {"B": zlib.compress(text.encode())}


def _unpacked(value: Mapping[str, Any]) -> str:
    return zlib.decompress(value["B"]).decode() if "B" in value else str(value["S"])


def _pk(ref: ScopeRef) -> str:
    return "SYSTEM" if ref.scope is Scope.SYSTEM else _PREFIXES[ref.scope] + ref.owner


def _child(sk: str) -> ScopeRef:
    kind, _, owner = sk.removeprefix("BELOW#").partition("#")
    return ScopeRef(Scope.ORG if kind == "ORG" else Scope.WORKSPACE, owner)


def _revision_sk(number: int) -> str:
    return f"REV#{number:010d}"


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}
