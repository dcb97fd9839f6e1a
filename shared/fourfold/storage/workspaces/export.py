"""Reads a workspace for its export, page by page. A page costs what it returns, however large the workspace is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, dropwhile
from typing import Any

from fourfold.storage.keys.erasure import key_digests
from fourfold.storage.table import Table
from fourfold.storage.workspaces.contents import Area, Partition, WorkspaceContents, WorkspaceTables
from fourfold.storage.workspaces.records import key_record, record_of
from fourfold.workspaces.export import ExportPage, ExportRecord, Position, Section

_PAGE_BYTES = 1_000_000
_READ_AT_ONCE = 50
_KEYS = "KEYS"
# What the name of a session's partition begins with.
_SESSION = f"{Area.PERSONAS}#SESSION#"

Placed = tuple[Position, ExportRecord]


class DynamoWorkspaceExport:
    """Exports of all workspaces."""

    def __init__(self, tables: WorkspaceTables) -> None:
        self._tables = tables
        self._contents = WorkspaceContents(tables)

    def page(self, workspace_id: str, limit: int, after: Position | None = None) -> ExportPage:
        """Up to `limit` records that follow `after`; fewer where they are large. The last page may be empty.

        It is no snapshot: what changes while a client reads the pages may be in it before or after the change.
        """
        records: list[ExportRecord] = []
        size = 0
        for place, record in self._records(workspace_id, after or Position(Section.WORKSPACE)):
            records.append(record)
            size += len(json.dumps(record.data))
            if len(records) == limit or size > _PAGE_BYTES:
                return ExportPage(tuple(records), place)
        return ExportPage(tuple(records), None)

    def _records(self, workspace_id: str, after: Position) -> Iterator[Placed]:
        for section in Section:
            if section < after.section:
                continue
            start = after if section == after.section else Position(section)
            for owner in self._owners(workspace_id, start):
                yield from self._of_owner(workspace_id, section, owner, start if owner == start.owner else None)
            if section is Section.WORKSPACE:
                yield from self._keys(workspace_id, start)

    def _owners(self, workspace_id: str, start: Position) -> Iterator[str]:
        """The owner to continue with, then those after it."""
        first, after = [start.owner] if start.owner else [], start.owner or None
        match start.section:
            case Section.WORKSPACE:
                return iter([] if start.partition == _KEYS else [""])
            case Section.PERSONAS:
                return chain(first, self._contents.persona_ids(workspace_id, after))
            case Section.RUNS:
                return chain(first, (run_id for run_id, _ in self._contents.runs(workspace_id, after)))
            case Section.DELIVERIES:
                return chain(first, self._contents.endpoint_ids(workspace_id, start.owner))
            case Section.EVALUATIONS:
                return chain(first, self._contents.evaluation_ids(workspace_id, after))

    def _of_owner(self, workspace_id: str, section: Section, owner: str, start: Position | None) -> Iterator[Placed]:
        """The records of an owner; of the one to continue with, those after `start`."""
        partitions = self._partitions(workspace_id, section, owner)
        if start is not None and start.partition:
            # Where the partition is gone, the owner is read again from its first: records are known by their ids.
            partitions = self._from(workspace_id, start) or partitions
        for partition in partitions:
            name, after = _name(workspace_id, partition), None
            if start is not None and start.item and name == start.partition:
                after = {"pk": {"S": partition.pk}, "sk": {partition.sort: start.item}}
            for item in partition.table.query(partition.pk, partition.prefix, start_after=after, page=_READ_AT_ONCE):
                record = record_of(workspace_id, item)
                if record is not None:
                    yield Position(section, owner, name, str(item["sk"][partition.sort])), record

    def _from(self, workspace_id: str, start: Position) -> Iterator[Partition] | None:
        """The partitions of an owner from the one that `start` names; None if it is gone."""
        found: Iterator[Partition] = iter(())
        if start.section is Section.PERSONAS and start.partition.startswith(_SESSION):
            session_id = start.partition.removeprefix(_SESSION)
            found = self._contents.of_sessions_from(workspace_id, start.owner, session_id)
        first = next(found, None)
        if first is None:
            partitions = self._partitions(workspace_id, start.section, start.owner)
            found = dropwhile(lambda each: _name(workspace_id, each) != start.partition, partitions)
            first = next(found, None)
        return None if first is None else chain([first], found)

    def _partitions(self, workspace_id: str, section: Section, owner: str) -> Iterator[Partition]:
        match section:
            case Section.WORKSPACE:
                return chain(self._contents.shared(workspace_id), [self._contents.endpoints(workspace_id)])
            case Section.PERSONAS:
                return self._contents.of_persona(workspace_id, owner)
            case Section.RUNS:
                return self._contents.of_run(workspace_id, owner)
            case Section.DELIVERIES:
                return self._contents.deliveries(owner)
            case Section.EVALUATIONS:
                return self._contents.of_evaluation(workspace_id, owner)

    def _keys(self, workspace_id: str, start: Position) -> Iterator[Placed]:
        """The API keys, in the order of their ids: at most 1,000."""
        after = start.item if start.partition == _KEYS else ""
        digests = key_digests(self._tables.client, self._tables.api_keys, workspace_id)
        wanted = {f"KEY#{digest}" for key_id, digest in digests.items() if key_id > after}
        found: list[dict[str, Any]] = list(
            Table(self._tables.client, self._tables.api_keys).get_many({"pk": {"S": pk}} for pk in sorted(wanted))
        )
        for item in sorted(found, key=lambda each: str(each["key_id"]["S"])):
            yield Position(Section.WORKSPACE, "", _KEYS, item["key_id"]["S"]), key_record(item)


def _name(workspace_id: str, partition: Partition) -> str:
    """The partition's name in a position: a run's record and its log have the same key in two tables."""
    return partition.area.value + partition.pk.removeprefix(f"WS#{workspace_id}")
