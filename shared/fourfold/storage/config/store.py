"""Settings in the Config table.

pk `SYSTEM`, `ORG#<id>`, `WS#<id>` or `WS#<id>#PERSONA#<id>`; sk `HEAD` (the values now), `REV#<number>` (each commit
and the values after it, compressed), `SNAP#<id>` (snapshots), `BELOW#ORG#<id>` and `BELOW#WS#<id>` (scopes below that
have a commit). Personas are not listed: a workspace may have any number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from fourfold.config.entries import Entries, Entry, ScopeRef, ScopeState
from fourfold.config.history import Revision, Snapshot
from fourfold.config.scope import Scope
from fourfold.config.service import StaleError
from fourfold.persona import PersonaGoneError
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, Write, check, put, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_CHILDREN_AT_ONCE: Final = 100
_PREFIXES = {Scope.ORG: "ORG#", Scope.WORKSPACE: "WS#"}


@dataclass(frozen=True)
class Page:
    """One page of a scope's revisions, newest first. `last` is the revision to go on before, None at the end."""

    revisions: Sequence[Revision]
    last: int | None


class DynamoConfigStore:
    """Implements `fourfold.config.service.ConfigStore`, and lists.

    `entry_of` makes the bus entry that announces a commit, from the refs committed to and its record. `exists_of` makes
    the write that fails unless the persona of a scope exists.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        outbox: str,
        entry_of: Callable[[ScopeRef, Revision], BusEntry],
        exists_of: Callable[[ScopeRef], Write] | None = None,
    ) -> None:
        self._exists_of = exists_of
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox
        self._entry_of = entry_of

    def revisions(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        """The revision of each ref, strongly consistent; 0 for one that was never committed to."""
        heads = self._heads(refs, "pk, revision")
        return {ref: int(item["revision"]["N"]) if item else 0 for ref, item in heads}

    def states(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        """The state of each ref, strongly consistent; an empty one where nothing was ever committed."""
        return {
            ref: ScopeState(ref, int(item["revision"]["N"]), _nodes(item)) if item else ScopeState(ref)
            for ref, item in self._heads(refs, None)
        }

    def write(
        self, ancestors: Sequence[ScopeState], after: ScopeState, record: Revision, relied_on: Sequence[ScopeState] = ()
    ) -> None:
        """Stores a commit whole and announces it.

        Raises:
            StaleError: the scope, an ancestor or a state of `relied_on` has moved.
            PersonaGoneError: the persona of the scope was deleted.
        """
        table = self._table.name
        writes = [
            *self.commit_writes(after, record),
            *(
                check(table, key(scope_pk(state.ref), "HEAD"), **_at_revision(state.revision))
                for state in (*ancestors, *relied_on)
            ),
        ]
        is_persona = after.ref.scope is Scope.PERSONA
        exists = [self._exists_of(after.ref)] if is_persona and self._exists_of is not None else []
        if after.revision == 1 and not is_persona:
            writes.extend(self._registered([state.ref for state in ancestors], after.ref))
        failed = transact(self._client, {"commit": writes, "persona": exists})
        if "persona" in failed:
            raise PersonaGoneError
        if failed:
            raise StaleError

    def commit_writes(self, after: ScopeState, record: Revision) -> list[Write]:
        """The writes of a commit, which fail if the scope is not at the revision before."""
        pk, text, table = scope_pk(after.ref), _text(after.entries), self._table.name
        head = {**key(pk, "HEAD"), "revision": {"N": str(after.revision)}, "nodes": {"S": text}}
        # A revision holds most values three times, before, after and whole: as plain text it may pass 400 KB.
        revision = {
            **key(pk, _revision_sk(after.revision)),
            "doc": packed(record.model_dump_json()),
            "nodes": packed(text),
        }
        return [
            put(table, head, **_at_revision(after.revision - 1)),
            put(table, revision, ABSENT),
            *outbox_puts(self._outbox, [self._entry_of(after.ref, record)]),
        ]

    def erase(self, ref: ScopeRef) -> None:
        """Deletes the settings of a scope with all revisions and snapshots."""
        self._table.delete_many(self._table.query(scope_pk(ref), fields="pk, sk"))

    def state_at(self, ref: ScopeRef, revision: int) -> ScopeState | None:
        """What a ref said at a revision of its own, or None if there is no such revision."""
        if revision == 0:
            return ScopeState(ref)
        found = self.revision(ref, revision)
        return None if found is None else ScopeState(ref, revision, found[1])

    def revision(self, ref: ScopeRef, number: int) -> tuple[Revision, Entries] | None:
        """One revision and what held after it, or None."""
        item = self._item(scope_pk(ref), _revision_sk(number))
        return None if item is None else (_record(item), _nodes(item))

    def page(self, ref: ScopeRef, limit: int, before: int | None = None) -> Page:
        """Up to `limit` revisions of a ref, newest first, those before revision `before`."""
        pk = scope_pk(ref)
        start = None if before is None else key(pk, _revision_sk(before))
        items = self._table.query(pk, "REV#", start_after=start, newest_first=True, page=limit, fields="doc")
        found = [_record(item) for item in islice(items, limit)]
        more = bool(found) and found[-1].revision > 1
        return Page(found, found[-1].revision if more else None)

    def put_snapshot(self, ref: ScopeRef, snapshot: Snapshot, entries: Entries) -> None:
        """Stores a snapshot.

        Raises:
            ValueError: one is stored under its id.
        """
        item = {
            **key(scope_pk(ref), f"SNAP#{snapshot.id}"),
            "doc": {"S": snapshot.model_dump_json()},
            "nodes": {"S": _text(entries)},
        }
        if not self._table.put(item, ABSENT):
            raise ValueError(f"{snapshot.id} is stored already")

    def snapshot(self, ref: ScopeRef, snapshot_id: str) -> tuple[Snapshot, Entries] | None:
        """A snapshot of a ref and what it holds, or None."""
        item = self._item(scope_pk(ref), f"SNAP#{snapshot_id}")
        return None if item is None else (Snapshot.model_validate_json(item["doc"]["S"]), _nodes(item))

    def snapshots(self, ref: ScopeRef, limit: int, before: str | None = None) -> list[Snapshot]:
        """Up to `limit` snapshots of a ref, newest first, those before the snapshot `before`."""
        pk = scope_pk(ref)
        start = None if before is None else key(pk, f"SNAP#{before}")
        items = self._table.query(pk, "SNAP#", start_after=start, newest_first=True, page=limit, fields="doc")
        return [Snapshot.model_validate_json(item["doc"]["S"]) for item in islice(items, limit)]

    def below(self, ref: ScopeRef) -> Iterator[tuple[ScopeState, ...]]:
        """Of every scope below `ref` that was ever committed to: the states from just below it down to that one.

        They are read as they are taken, so a caller that stops early has read few.
        """
        if ref.scope not in {Scope.SYSTEM, Scope.ORG}:
            return
        items = self._table.query(scope_pk(ref), "BELOW#", page=_CHILDREN_AT_ONCE, fields="sk")
        children = (_child(item["sk"]["S"]) for item in items)
        while batch := list(islice(children, _CHILDREN_AT_ONCE)):
            states = self.states(batch)
            for child in batch:
                yield (states[child],)
                for tail in self.below(child):
                    yield (states[child], *tail)

    def _heads(self, refs: Iterable[ScopeRef], fields: str | None) -> Iterator[tuple[ScopeRef, Item | None]]:
        wanted = list(dict.fromkeys(refs))
        heads = self._table.get_many((key(scope_pk(ref), "HEAD") for ref in wanted), fields=fields)
        found = {item["pk"]["S"]: item for item in heads}
        for ref in wanted:
            yield ref, found.get(scope_pk(ref))

    def _registered(self, ancestors: Sequence[ScopeRef], ref: ScopeRef) -> list[Write]:
        """The writes that make the ref findable from those above it."""
        line = [*ancestors, ref]
        return [
            put(self._table.name, key(scope_pk(upper), f"BELOW#{scope_pk(lower)}")) for upper, lower in pairwise(line)
        ]

    def _item(self, pk: str, sk: str) -> Item | None:
        return self._table.get(key(pk, sk))


def _at_revision(revision: int) -> dict[str, Any]:
    if revision == 0:
        return {"condition": ABSENT}
    return {
        "condition": "revision = :revision",
        "values": {":revision": {"N": str(revision)}},
    }


def _nodes(item: Mapping[str, Any]) -> Entries:
    stored = json.loads(unpacked(item["nodes"]))
    return MappingProxyType({name: Entry.model_validate(node, strict=False) for name, node in stored.items()})


def _text(entries: Entries) -> str:
    said = {name: node.model_dump(mode="json") for name, node in entries.items()}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _record(item: Mapping[str, Any]) -> Revision:
    return Revision.model_validate_json(unpacked(item["doc"]))


def scope_pk(ref: ScopeRef) -> str:
    """The partition of a scope."""
    if ref.scope is Scope.PERSONA:
        return f"WS#{ref.workspace}#PERSONA#{ref.owner}"
    return "SYSTEM" if ref.scope is Scope.SYSTEM else _PREFIXES[ref.scope] + ref.owner


def _child(sk: str) -> ScopeRef:
    kind, _, owner = sk.removeprefix("BELOW#").partition("#")
    return ScopeRef(Scope.ORG if kind == "ORG" else Scope.WORKSPACE, owner)


def _revision_sk(number: int) -> str:
    return f"REV#{number:010d}"
