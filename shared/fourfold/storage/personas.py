"""Personas and runs in the Personas table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fourfold.errors import ConflictError
from fourfold.persona import Persona, PersonaGoneError
from fourfold.persona_versions import PersonaVersion
from fourfold.pipeline.state import DraftBasis
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError, StoredPersona
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.transactions import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef


class AlsoTakenError(ConflictError):
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
    """Implements `fourfold.pipeline.store.PersonaStore`, and lists."""

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

    def id_of_slug(self, workspace_id: str, slug: str) -> str | None:
        """The id of the persona that has the slug, or None."""
        reply = self._client.get_item(
            TableName=self._table, Key=_key(workspace_id, f"SLUG#{slug}"), ConsistentRead=True
        )
        item = reply.get("Item")
        return None if item is None else item["persona_id"]["S"]

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """The persona with the text it is stored as, or None."""
        doc = self._doc(workspace_id, f"PERSONA#{persona_id}")
        return None if doc is None else StoredPersona(Persona.model_validate_json(doc), doc)

    def basis(self, workspace_id: str, persona_id: str, run_id: str) -> DraftBasis | None:
        """What the layers rest on that this run wrote, or None."""
        doc = self._doc(workspace_id, owned(persona_id, "BASIS", run_id))
        return None if doc is None else DraftBasis.model_validate_json(doc)

    def version(self, workspace_id: str, persona_id: str, version: int) -> PersonaVersion | None:
        """One version of a persona, or None."""
        doc = self._doc(workspace_id, _version_sk(persona_id, version))
        return None if doc is None else PersonaVersion.model_validate_json(doc)

    def version_of_run(self, workspace_id: str, persona_id: str, run_id: str) -> PersonaVersion | None:
        """The version this run wrote, or None."""
        reply = self._client.get_item(
            TableName=self._table, Key=_key(workspace_id, owned(persona_id, "BASIS", run_id)), ConsistentRead=True
        )
        item = reply.get("Item")
        return None if item is None else self.version(workspace_id, persona_id, int(item["version"]["N"]))

    def versions(self, workspace_id: str, persona_id: str, limit: int, before: int | None) -> list[PersonaVersion]:
        """Up to `limit` (1-101) versions of a persona, newest first, those older than version `before`."""
        found: list[PersonaVersion] = []
        start: dict[str, Any] = {}
        if before is not None:
            start = {"ExclusiveStartKey": _key(workspace_id, _version_sk(persona_id, before))}
        while len(found) < limit:
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={
                    ":pk": {"S": _pk(workspace_id)},
                    ":prefix": {"S": owned(persona_id, "VERSION", "")},
                },
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=limit - len(found),
                **start,
            )
            found += [PersonaVersion.model_validate_json(item["doc"]["S"]) for item in reply["Items"]]
            if "LastEvaluatedKey" not in reply:
                break
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}
        return found

    def start(self, persona: Persona, run: Run, also: Sequence[PutTypeDef] = ()) -> None:
        """Stores both, and `also` with them, or nothing.

        Raises:
            AlsoTakenError: the conditions of some of `also` do not hold.
            ValueError: one of the two is there already.
        """
        self._start([self._new_run(run), self._run_pointer(run), self._put_persona(persona, None)], also)

    def start_again(self, stored: StoredPersona, persona: Persona, run: Run, also: Sequence[PutTypeDef] = ()) -> None:
        """Stores a run of a persona that stands, with the persona and `also`, or nothing.

        Raises:
            AlsoTakenError: the conditions of some of `also` do not hold.
            ConcurrentChangeError: the persona has changed since `stored` was read.
        """
        try:
            self._start([self._new_run(run), self._run_pointer(run), self._put_persona(persona, stored)], also)
        except ValueError:
            raise ConcurrentChangeError from None

    def _start(self, own: list[PutTypeDef], also: Sequence[PutTypeDef]) -> None:
        failed = transact(self._client, [{"Put": put} for put in (*own, *also)])
        if failed and min(failed) >= len(own):
            raise AlsoTakenError(frozenset(place - len(own) for place in failed))
        if failed:
            raise ValueError("the run or its persona is stored already, or the persona was changed")

    def finish(
        self,
        stored: StoredPersona,
        persona: Persona,
        run: Run,
        version: PersonaVersion | None = None,
        basis: DraftBasis | None = None,
    ) -> bool:
        """Stores all or nothing; False unless the stored run is still `running` and the persona as it was stored."""
        run_put: PutTypeDef = {
            **self._run_put(run),
            "ConditionExpression": "#status = :running",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":running": {"S": RunStatus.RUNNING.value}},
        }
        puts = [run_put, self._put_persona(persona, stored)]
        if version is not None:
            puts.append(self._version_put(version))
        if basis is not None:
            puts.append(
                {
                    "TableName": self._table,
                    "Item": {
                        **_key(persona.workspace_id, owned(persona.id, "BASIS", run.id)),
                        "version": {"N": str(persona.version)},
                        "doc": {"S": basis.model_dump_json()},
                    },
                }
            )
        return not transact(self._client, [{"Put": put} for put in puts])

    def add(self, version: PersonaVersion, card: str | None, event: PutTypeDef) -> None:
        """Stores a persona that no run wrote: its first version, what its card carried beside it, and its event."""
        persona = version.persona
        puts = [self._put_persona(persona, None), self._version_put(version), event]
        if card is not None:
            item = {**_key(persona.workspace_id, owned(persona.id, "CARD", "CARRIED")), "doc": {"S": card}}
            puts.append({"TableName": self._table, "Item": item})
        if transact(self._client, [{"Put": put} for put in puts]):
            raise ValueError(f"{persona.id} is stored already")

    def carried(self, workspace_id: str, persona_id: str) -> str | None:
        """What the card of an imported persona carried beside it, as JSON text, or None."""
        return self._doc(workspace_id, owned(persona_id, "CARD", "CARRIED"))

    def replace(self, stored: StoredPersona, version: PersonaVersion, event: PutTypeDef) -> None:
        """Stores a new version of a persona, its slug and the event that tells of it, or nothing.

        Raises:
            SlugTakenError: another persona of the workspace has the slug.
            ConcurrentChangeError: the persona has changed since `stored` was read.
        """
        persona, slug = version.persona, version.persona.slug
        items: list[TransactWriteItemTypeDef] = [
            {"Put": self._put_persona(persona, stored)},
            {"Put": self._version_put(version)},
            {"Put": event},
        ]
        if stored.persona.slug is not None and stored.persona.slug != slug:
            freed = _key(persona.workspace_id, f"SLUG#{stored.persona.slug}")
            items.append({"Delete": {"TableName": self._table, "Key": freed}})
        if slug is not None and stored.persona.slug != slug:
            key = _key(persona.workspace_id, f"SLUG#{slug}")
            items.append(
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": {**key, "persona_id": {"S": persona.id}},
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                }
            )
        refused = transact(self._client, items)
        if refused & {0, 1}:
            raise ConcurrentChangeError
        if refused:
            raise SlugTakenError

    def _new_run(self, run: Run) -> PutTypeDef:
        return {**self._run_put(run), "ConditionExpression": "attribute_not_exists(pk)"}

    def _run_put(self, run: Run) -> PutTypeDef:
        return {
            "TableName": self._table,
            "Item": {
                **_key(run.workspace_id, f"RUN#{run.id}"),
                "status": {"S": run.status.value},
                "started_at": {"S": run.started_at.isoformat()},
                "doc": {"S": run.model_dump_json()},
            },
        }

    def _run_pointer(self, run: Run) -> PutTypeDef:
        return {"TableName": self._table, "Item": _key(run.workspace_id, owned(run.persona_id, "RUN", run.id))}

    def _version_put(self, version: PersonaVersion) -> PutTypeDef:
        persona = version.persona
        return {
            "TableName": self._table,
            "Item": {
                **_key(persona.workspace_id, _version_sk(persona.id, version.version)),
                "doc": {"S": version.model_dump_json()},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }

    def _put_persona(self, persona: Persona, stored: StoredPersona | None) -> PutTypeDef:
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": {
                **_key(persona.workspace_id, f"PERSONA#{persona.id}"),
                "status": {"S": persona.status.value},
                "version": {"N": str(persona.version)},
                "doc": {"S": persona.model_dump_json()},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if stored is not None:
            put["ConditionExpression"] = "doc = :held"
            put["ExpressionAttributeValues"] = {":held": {"S": stored.doc}}
        return put

    def _doc(self, workspace_id: str, sk: str) -> str | None:
        reply = self._client.get_item(TableName=self._table, Key=_key(workspace_id, sk), ConsistentRead=True)
        item = reply.get("Item")
        return None if item is None else item["doc"]["S"]


def still_there(table: str, workspace_id: str, persona_id: str) -> TransactWriteItemTypeDef:
    """A transaction's part that fails once the persona is deleted: no deletion would find what is written then."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": _key(workspace_id, f"PERSONA#{persona_id}"),
            "ConditionExpression": "attribute_exists(pk)",
        }
    }


def keep_owned(client: DynamoDBClient, table: str, persona_id: str, item: dict[str, Any]) -> None:
    """Stores something a persona owns; what is stored under its key already stays as it was.

    Raises:
        PersonaGoneError: the persona was deleted.
    """
    workspace_id = item["pk"]["S"].removeprefix(_pk(""))
    put: TransactWriteItemTypeDef = {
        "Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    }
    if 0 in transact(client, [still_there(table, workspace_id, persona_id), put]):
        raise PersonaGoneError(persona_id)


def owned(persona_id: str, kind: str, name: str) -> str:
    """The sort key of something a persona owns: all of it lies under one prefix, where DELETE finds it."""
    return f"OF#{persona_id}#{kind}#{name}"


def _version_sk(persona_id: str, version: int) -> str:
    return owned(persona_id, "VERSION", f"{version:08d}")


def _pk(workspace_id: str) -> str:
    return f"WS#{workspace_id}"


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": _pk(workspace_id)}, "sk": {"S": sk}}
