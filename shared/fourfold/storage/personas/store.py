"""Personas: the document, its versions, its slug, and the workspace's list of them.

pk persona_pk   sk `PERSONA`             the persona as it is now
                sk `VERSION#<8 digits>`  each accepted change
                sk `CARD`                what the card of an imported persona held beside it
                sk `ORIGIN`              of a fork: its ancestors, and what its layers are based on (compressed)
                sk `CHILD#<persona>`     a fork of this persona
pk slug_pk      sk `SLUG`                the persona that has the slug
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from fourfold.persona import Persona, PersonaGoneError
from fourfold.persona_versions import PersonaVersion
from fourfold.pipeline.origin import Origin
from fourfold.pipeline.rewrite import RunBase
from fourfold.pipeline.state import DraftBasis
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError, StoredPersona
from fourfold.progress.run import Run
from fourfold.spending.spent import nano_usd, spent_in_run
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.layout import require_converted
from fourfold.storage.months import ALL_PERSONAS, Months, entry_key
from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.partitions import persona_pk, slug_pk
from fourfold.storage.personas.listing import ListedPersona, entry_writes, list_of
from fourfold.storage.runs.records import BASE, RunRecords
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, Write, check, delete, put, transact
from fourfold.storage.usage.budgets import DynamoBudgets
from fourfold.storage.usage.counters import usage_writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

PERSONA, CARD, SLUG, ORIGIN = "PERSONA", "CARD", "SLUG", "ORIGIN"
_VERSION, _CHILD = "VERSION#", "CHILD#"


@dataclass(frozen=True)
class PersonaPage:
    """One page of a list, newest first. `last` is the id to continue after, None at the end."""

    personas: Sequence[Persona]
    last: str | None


class DynamoPersonaStore:
    """Implements `fourfold.pipeline.store.PersonaStore` and `fourfold.personas.changes.PersonaRepository`; lists."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox
        self._months = Months(self._table)
        self._runs = RunRecords(self._table)
        self.budgets = DynamoBudgets(client, table, outbox)
        self.table_name = table

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None.

        Raises:
            OutdatedStoreError: an earlier version stored it.
        """
        stored = self.stored_persona(workspace_id, persona_id)
        return None if stored is None else stored.persona

    def id_of_slug(self, workspace_id: str, slug: str) -> str | None:
        """The id of the persona that has the slug, or None. Raises as `persona`."""
        item = self._table.get(slug_key(workspace_id, slug))
        if item is None:
            require_converted(self._table, workspace_id, f"SLUG#{slug}")
            return None
        return str(item["persona_id"]["S"])

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """The persona with the text it is stored as, or None. Raises as `persona`."""
        item = self._table.get(persona_key(workspace_id, persona_id))
        if item is None:
            require_converted(self._table, workspace_id, f"PERSONA#{persona_id}")
            return None
        return StoredPersona(Persona.model_validate_json(item["doc"]["S"]), item["doc"]["S"])

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """The run, strongly consistent, or None. Raises as `persona`."""
        return self._runs.run(workspace_id, run_id)

    def basis_of(self, persona: Persona) -> DraftBasis | None:
        """What the persona's layers rest on, or None: of the run that wrote them, else of a fork's parent."""
        if persona.run_id is not None:
            return self._runs.basis(persona.workspace_id, persona.run_id)
        origin = None if persona.parent_id is None else self.origin(persona.workspace_id, persona.id)
        return None if origin is None else origin.basis

    def origin(self, workspace_id: str, persona_id: str) -> Origin | None:
        """What a fork was stored with, or None."""
        item = self._table.get(key(persona_pk(workspace_id, persona_id), ORIGIN))
        return None if item is None else Origin.model_validate_json(unpacked(item["doc"]))

    def entries(self, workspace_id: str, persona_ids: Iterable[str]) -> dict[str, ListedPersona]:
        """Persona id -> its entry in its list, for those of `persona_ids` that exist."""
        ids = list(persona_ids)
        items = self._table.get_many(entry_key(workspace_id, listed, each) for listed in ALL_PERSONAS for each in ids)
        return {item["sk"]["S"]: ListedPersona.model_validate_json(item["doc"]["S"]) for item in items}

    def children(self, workspace_id: str, persona_id: str, limit: int, after: str | None) -> list[str]:
        """The ids of up to `limit` (1-101) forks of a persona, oldest first, those after `after`. Some may be gone."""
        pk = persona_pk(workspace_id, persona_id)
        start = None if after is None else key(pk, f"{_CHILD}{after}")
        items = self._table.query(pk, _CHILD, start_after=start, page=limit)
        return [item["sk"]["S"].removeprefix(_CHILD) for item in islice(items, limit)]

    def version(self, workspace_id: str, persona_id: str, version: int) -> PersonaVersion | None:
        """One version of a persona, or None. Raises as `persona`."""
        item = self._table.get(version_key(workspace_id, persona_id, version))
        if item is None:
            require_converted(self._table, workspace_id, f"PERSONA#{persona_id}")
            return None
        return PersonaVersion.model_validate_json(item["doc"]["S"])

    def version_of_run(self, workspace_id: str, persona_id: str, run_id: str) -> PersonaVersion | None:
        """The version this run wrote, or None."""
        number = self._runs.version(workspace_id, run_id)
        return None if number is None else self.version(workspace_id, persona_id, number)

    def versions(self, workspace_id: str, persona_id: str, limit: int, before: int | None) -> list[PersonaVersion]:
        """Up to `limit` (1-101) versions of a persona, newest first, those older than version `before`."""
        start = None if before is None else version_key(workspace_id, persona_id, before)
        pk = persona_pk(workspace_id, persona_id)
        items = self._table.query(pk, _VERSION, start_after=start, newest_first=True, page=limit)
        return [PersonaVersion.model_validate_json(item["doc"]["S"]) for item in islice(items, limit)]

    def card(self, workspace_id: str, persona_id: str) -> str | None:
        """What the card of an imported persona held beside it, as JSON text, or None."""
        item = self._table.get(key(persona_pk(workspace_id, persona_id), CARD))
        return None if item is None else item["doc"]["S"]

    def start(self, persona: Persona, run: Run, entries: Sequence[BusEntry] = ()) -> None:
        """Stores a new persona and its first run, and hands `entries` to the bus, or nothing.

        Raises:
            ValueError: one of the two is stored already.
        """
        if transact(self._client, {"run": self.start_writes(None, persona, run, entries)}):
            raise ValueError("the run or its persona is stored already")

    def start_writes(
        self,
        stored: StoredPersona | None,
        persona: Persona,
        run: Run,
        entries: Sequence[BusEntry],
        base: RunBase | None = None,
    ) -> list[Write]:
        """The writes of a run that starts. They fail if it is stored already, or the persona is not as it was read."""
        further = {} if base is None else {BASE: packed(base.model_dump_json())}
        own = [*self._runs.new(run, further), *self._persona_writes(stored, persona)]
        return [*own, *outbox_puts(self._outbox, entries)]

    def run_base(self, workspace_id: str, run_id: str) -> RunBase | None:
        """What a rewriting run starts from, until it has ended; None for other runs."""
        return self._runs.base(workspace_id, run_id)

    def finish(  # noqa: PLR0913, PLR0917 - all that changes when a run ends
        self,
        stored: StoredPersona,
        persona: Persona,
        run: Run,
        entries: Sequence[BusEntry],
        version: PersonaVersion | None = None,
        basis: DraftBasis | None = None,
    ) -> bool:
        """Stores all or nothing; False unless the stored run is still `running` and the persona as it was read."""
        spent = spent_in_run(run)
        writes = [
            self._runs.end(run, None if version is None else version.version, basis),
            *self._persona_writes(stored, persona),
            *([] if version is None else [self._version_write(version)]),
            *outbox_puts(self._outbox, entries),
            *usage_writes(self._table.name, run.workspace_id, run.completed_at or run.started_at, spent),
        ]
        if run.reserved_usd is None:
            return not transact(self._client, {"end": writes})
        return self.budgets.end(run.workspace_id, run.id, nano_usd(spent), writes)

    def slug_writes(self, persona: Persona, instead_of: str | None) -> list[Write]:
        """The write of a new persona's slug; it fails if another persona has it, other than `instead_of`.

        Raises:
            OutdatedStoreError: another persona may have the slug, in a store of an earlier version.
        """
        if persona.slug is None:
            return []
        require_converted(self._table, persona.workspace_id, f"SLUG#{persona.slug}")
        item = {**slug_key(persona.workspace_id, persona.slug), "persona_id": {"S": persona.id}}
        values = {":earlier": {"S": instead_of or "none"}}
        return [put(self._table.name, item, f"{ABSENT} OR persona_id = :earlier", values=values)]

    def add(self, version: PersonaVersion, card: str | None, entry: BusEntry) -> None:
        """Stores a persona that no run wrote: its first version, what its card held beside it, and its event.

        Raises:
            ValueError: it is stored already.
        """
        persona = version.persona
        writes = [*self._persona_writes(None, persona), self._version_write(version)]
        if card is not None:
            item = {**key(persona_pk(persona.workspace_id, persona.id), CARD), "doc": {"S": card}}
            writes.append(put(self._table.name, item))
        if transact(self._client, {"persona": [*writes, *outbox_puts(self._outbox, [entry])]}):
            raise ValueError(f"{persona.id} is stored already")

    def add_fork(self, version: PersonaVersion, origin: Origin, entry: BusEntry) -> None:
        """Stores a fork with its origin, its entry under its parent and its event, or nothing.

        Raises:
            SlugTakenError: another persona of the workspace has the slug.
            PersonaGoneError: the parent was deleted.
            ValueError: the fork is stored already.
            OutdatedStoreError: another persona may have the slug, in a store of an earlier version.
        """
        own = [*self._persona_writes(None, version.persona), self._version_write(version)]
        groups = {**self.fork_writes(version.persona, origin), "slug": self.slug_writes(version.persona, None)}
        failed = transact(self._client, {**groups, "persona": [*own, *outbox_puts(self._outbox, [entry])]})
        if "persona" in failed:
            raise ValueError(f"{version.persona.id} is stored already")
        if "parent" in failed:
            raise PersonaGoneError
        if failed:
            raise SlugTakenError

    def fork_writes(self, persona: Persona, origin: Origin) -> dict[str, list[Write]]:
        """The writes of a fork beside its document: its origin, and its place under its parent, who must exist."""
        table, workspace_id, parent_id = self._table.name, persona.workspace_id, origin.ancestors[0]
        where = key(persona_pk(workspace_id, persona.id), ORIGIN)
        return {
            "parent": [persona_exists(table, workspace_id, parent_id)],
            "origin": [
                put(table, {**where, "doc": packed(origin.model_dump_json())}),
                put(table, child_key(workspace_id, parent_id, persona.id)),
            ],
        }

    def replace(self, stored: StoredPersona, version: PersonaVersion, entry: BusEntry) -> None:
        """Stores a new version of a persona, its slug and the event that describes it, or nothing.

        Raises:
            SlugTakenError: another persona of the workspace has the slug.
            ConcurrentChangeError: the persona is no longer as it was read.
            OutdatedStoreError: another persona may have the slug, in a store of an earlier version.
        """
        persona = version.persona
        if persona.slug is not None and persona.slug != stored.persona.slug:
            require_converted(self._table, persona.workspace_id, f"SLUG#{persona.slug}")
        own = self.version_writes(stored, version)
        groups = {"persona": [*own, *outbox_puts(self._outbox, [entry])], "slug": self._slug_writes(stored, persona)}
        failed = transact(self._client, groups)
        if "persona" in failed:
            raise ConcurrentChangeError
        if failed:
            raise SlugTakenError

    def _persona_writes(self, stored: StoredPersona | None, persona: Persona) -> list[Write]:
        """The document and, where something listed changes, its entry in the list."""
        if stored is None:
            self._months.register(persona.workspace_id, list_of(persona.evaluation_id), persona.id)
        return [
            persona_put(self._table.name, stored, persona),
            *entry_writes(self._table.name, None if stored is None else stored.persona, persona),
        ]

    def version_writes(self, stored: StoredPersona, version: PersonaVersion) -> list[Write]:
        """The writes of a new version with the slug it had; they fail if the persona is no longer as it was read."""
        return [*self._persona_writes(stored, version.persona), self._version_write(version)]

    def _version_write(self, version: PersonaVersion) -> Write:
        persona = version.persona
        item = {
            **version_key(persona.workspace_id, persona.id, version.version),
            "doc": {"S": version.model_dump_json()},
        }
        return put(self._table.name, item, ABSENT)

    def _slug_writes(self, stored: StoredPersona, persona: Persona) -> list[Write]:
        before, after = stored.persona.slug, persona.slug
        if before == after:
            return []
        writes = []
        if before is not None:
            writes.append(delete(self._table.name, slug_key(persona.workspace_id, before)))
        if after is not None:
            item = {**slug_key(persona.workspace_id, after), "persona_id": {"S": persona.id}}
            writes.append(put(self._table.name, item, ABSENT))
        return writes


def personas_of(table: Table, workspace_id: str, ids: Iterable[str]) -> dict[str, Persona]:
    """The personas of these ids that exist, by id."""
    keys = (persona_key(workspace_id, persona_id) for persona_id in ids)
    personas = [Persona.model_validate_json(item["doc"]["S"]) for item in table.get_many(keys)]
    return {persona.id: persona for persona in personas}


def persona_key(workspace_id: str, persona_id: str) -> Item:
    """The key of a persona's document."""
    return key(persona_pk(workspace_id, persona_id), PERSONA)


def persona_put(table: str, stored: StoredPersona | None, persona: Persona) -> Write:
    """The write of a persona's document; it fails unless the stored one is `stored` (None: there is none)."""
    item = {
        **persona_key(persona.workspace_id, persona.id),
        "status": {"S": persona.status.value},
        "version": {"N": str(persona.version)},
        "doc": {"S": persona.model_dump_json()},
    }
    if stored is None:
        return put(table, item, ABSENT)
    return put(table, item, "doc = :held", values={":held": {"S": stored.doc}})


def persona_exists(table: str, workspace_id: str, persona_id: str) -> Write:
    """A check that fails once the persona is deleted: its deletion would not find what is written after it."""
    return check(table, persona_key(workspace_id, persona_id))


def child_key(workspace_id: str, parent_id: str, persona_id: str) -> Item:
    """The key of a fork's entry under its parent."""
    return key(persona_pk(workspace_id, parent_id), f"{_CHILD}{persona_id}")


def slug_key(workspace_id: str, slug: str) -> Item:
    """The key of a slug."""
    return key(slug_pk(workspace_id, slug), SLUG)


def version_key(workspace_id: str, persona_id: str, version: int) -> Any:  # noqa: ANN401 - a key
    """The key of a version."""
    return key(persona_pk(workspace_id, persona_id), f"{_VERSION}{version:08d}")
