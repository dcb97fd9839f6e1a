"""Background jobs in the Personas table.

`OF#<persona>#JOB#<KIND>`           the newest job's state and lease
`OF#<persona>#<KIND>`               the newest result
`OF#<persona>#<KIND>#<run>#<key>`   a run's checkpoints
`OF#<persona>#RUN#<run>`            points at `RUN#<run>`, so that a persona's deletion finds it
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fourfold.jobs.message import MESSAGE_RETENTION, JobMessage
from fourfold.jobs.store import SUPERSEDED, Ending, JobInProgressError, JobState, JobStatus, Lease
from fourfold.persona import Persona, PersonaGoneError
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.storage.outbox import outbox_put
from fourfold.storage.personas import DynamoPersonaStore, keep_owned, still_there
from fourfold.storage.transactions import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A job whose worker was last heard to begin this long ago may be asked for again: nobody works on it any more.
_LOST_AFTER = timedelta(minutes=25)
_ROUNDS = 6


class DynamoJobStore:
    """Implements `fourfold.jobs.store.JobStore`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = table
        self._outbox = outbox
        self._personas = DynamoPersonaStore(client, table)

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None."""
        return self._personas.persona(workspace_id, persona_id)

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """A job's run, strongly consistent, or None."""
        return self._personas.run(workspace_id, run_id)

    def state(self, workspace_id: str, persona_id: str, kind: RunKind) -> JobState | None:
        """The newest job of this kind, or None while there never was one."""
        item = self._item(workspace_id, _state_sk(persona_id, kind))
        return None if item is None else JobState.model_validate_json(item["doc"]["S"])

    def result(self, workspace_id: str, persona_id: str, kind: RunKind) -> str | None:
        """The newest result of this kind, or None."""
        item = self._item(workspace_id, _result_sk(persona_id, kind))
        return None if item is None else item["doc"]["S"]

    def request(self, run: Run) -> Run:
        """Stores a job's run as asked for, unless one is under way: answers with the run that stands."""
        for _ in range(_ROUNDS):
            if self._item(run.workspace_id, f"PERSONA#{run.persona_id}") is None:
                raise PersonaGoneError(run.persona_id)
            seen = self._item(run.workspace_id, _state_sk(run.persona_id, run.kind))
            standing = None if seen is None else self._under_way(run, seen)
            if standing is not None:
                return standing
            state = JobState(status=JobStatus.PENDING, run_id=run.id, updated_at=run.started_at)
            if self._write([*self._first(run), self._state_put(run, state, seen, None)]):
                return run
        raise TimeoutError(f"{run.id} could not be stored: its place is contended")

    def claim(self, message: JobMessage, run: Run, lease: Lease) -> Run | None:
        """The run, now in work under `lease`; None if it is over, superseded, or in another's hands.

        Raises:
            JobInProgressError: the message was triggered by an event, and another run covers the persona's version.
        """
        for _ in range(_ROUNDS):
            stored = self._personas.run(message.workspace_id, message.run_id)
            if stored is not None and stored.status is not RunStatus.RUNNING:
                return None
            seen = self._item(message.workspace_id, _state_sk(message.persona_id, message.kind))
            newest = None if seen is None else JobState.model_validate_json(seen["doc"]["S"])
            if stored is not None and (newest is None or newest.run_id != message.run_id):
                self._supersede(stored, run.started_at)
                return None  # another job has taken its place
            if newest is not None and newest.run_id == message.run_id and _held(seen, lease, run.started_at):
                return None
            if stored is None and seen is not None and not message.asked:
                self._must_add_something(run, seen)
            claimed = stored or run
            state = JobState(status=JobStatus.RUNNING, run_id=claimed.id, updated_at=run.started_at)
            first = [] if stored is not None else self._first(claimed)
            if self._write([*first, self._state_put(claimed, state, seen, lease)]):
                if newest is not None and newest.run_id != claimed.id:
                    earlier = self._personas.run(message.workspace_id, newest.run_id)
                    if earlier is not None:
                        self._supersede(earlier, run.started_at)
                return claimed
        return None

    def finish(self, ending: Ending) -> bool:
        """Stores the ending, only while the run still runs and is the persona's newest; says whether it did.

        One that is no longer the newest has failed as SUPERSEDED.
        """
        run = ending.run
        for _ in range(_ROUNDS):
            seen = self._item(run.workspace_id, _state_sk(run.persona_id, run.kind))
            stored = self._personas.run(run.workspace_id, run.id)
            if seen is None or stored is None or stored.status is not RunStatus.RUNNING:
                return False
            newest = JobState.model_validate_json(seen["doc"]["S"])
            if newest.run_id != run.id:
                self._supersede(stored, ending.state.updated_at)
                return False
            writes = [
                self._put(run.workspace_id, f"RUN#{run.id}", _run_fields(run), "#status = :running"),
                self._state_put(run, ending.state, seen, None),
            ]
            if ending.result is not None:
                fields = {"doc": {"S": ending.result}, "run_id": {"S": run.id}}
                writes.append(self._put(run.workspace_id, _result_sk(run.persona_id, run.kind), fields))
            if ending.entry is not None:
                writes.append({"Put": outbox_put(self._outbox, ending.entry)})
            if ending.summary is None:
                writes.append(still_there(self._table, run.workspace_id, run.persona_id))
            else:
                summed_up = self._summed_up(run, ending)
                if summed_up is None:
                    return False  # the persona was deleted meanwhile
                writes.append(summed_up)
            if self._write(writes):
                return True
        return False

    def _summed_up(self, run: Run, ending: Ending) -> TransactWriteItemTypeDef | None:
        """The persona with its summary, on condition that nobody has written it since it was read."""
        item = self._item(run.workspace_id, f"PERSONA#{run.persona_id}")
        if item is None or ending.summary is None:
            return None
        persona = ending.summary(Persona.model_validate_json(item["doc"]["S"]))
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(run.workspace_id, f"PERSONA#{run.persona_id}"),
                "UpdateExpression": "SET doc = :new",
                "ConditionExpression": "doc = :old",
                "ExpressionAttributeValues": {":new": {"S": persona.model_dump_json()}, ":old": item["doc"]},
            }
        }

    def _under_way(self, run: Run, seen: dict[str, Any]) -> Run | None:
        newest = JobState.model_validate_json(seen["doc"]["S"])
        # One that waits for a worker stands for as long as a queue may hold its order.
        patience = {JobStatus.PENDING: MESSAGE_RETENTION, JobStatus.RUNNING: _LOST_AFTER}.get(newest.status)
        if patience is None or run.started_at - newest.updated_at > patience:
            return None
        standing = self._personas.run(run.workspace_id, newest.run_id)
        return standing if standing is not None and standing.status is RunStatus.RUNNING else None

    def _must_add_something(self, run: Run, seen: dict[str, Any]) -> None:
        """Raises JobInProgressError if the job in progress is pending, or started after the persona's last update."""
        standing = self._under_way(run, seen)
        persona = self._personas.persona(run.workspace_id, run.persona_id)
        if standing is None or persona is None:
            return
        waits = JobState.model_validate_json(seen["doc"]["S"]).status is JobStatus.PENDING
        if waits or persona.updated_at <= standing.started_at:
            raise JobInProgressError(standing)

    def _supersede(self, run: Run, at: datetime) -> None:
        """Ends a run whose place another has taken, unless it has ended."""
        if run.status is RunStatus.RUNNING:
            ended = run.model_copy(update={"status": RunStatus.FAILED, "error": SUPERSEDED, "completed_at": at})
            self._write([self._put(run.workspace_id, f"RUN#{run.id}", _run_fields(ended), "#status = :running")])

    def _first(self, run: Run) -> list[TransactWriteItemTypeDef]:
        pointer = self._put(run.workspace_id, f"OF#{run.persona_id}#RUN#{run.id}", {"kind": {"S": run.kind.value}})
        absent = "attribute_not_exists(pk)"
        return [
            still_there(self._table, run.workspace_id, run.persona_id),
            pointer,
            self._put(run.workspace_id, f"RUN#{run.id}", _run_fields(run), absent),
        ]

    def _state_put(
        self, run: Run, state: JobState, seen: dict[str, Any] | None, lease: Lease | None
    ) -> TransactWriteItemTypeDef:
        fields: dict[str, Any] = {"doc": {"S": state.model_dump_json()}, "run_id": {"S": run.id}}
        if lease is not None:
            fields["lease_holder"] = {"S": lease.holder}
            fields["lease_until"] = {"N": str(int(lease.until.timestamp()))}
        sk = _state_sk(run.persona_id, run.kind)
        if seen is None:
            return self._put(run.workspace_id, sk, fields, "attribute_not_exists(pk)")
        put = self._put(run.workspace_id, sk, fields, "doc = :seen")
        put["Put"]["ExpressionAttributeValues"] = {":seen": seen["doc"]}
        return put

    def _put(
        self, workspace_id: str, sk: str, fields: dict[str, Any], condition: str | None = None
    ) -> TransactWriteItemTypeDef:
        put: Any = {"TableName": self._table, "Item": {**_key(workspace_id, sk), **fields}}
        if condition is not None:
            put["ConditionExpression"] = condition
        if condition is not None and "#status" in condition:
            put["ExpressionAttributeNames"] = {"#status": "status"}
            put["ExpressionAttributeValues"] = {":running": {"S": RunStatus.RUNNING.value}}
        return {"Put": put}

    def _write(self, writes: list[TransactWriteItemTypeDef]) -> bool:
        """All or nothing; False if a condition did not hold."""
        return not transact(self._client, writes)

    def _item(self, workspace_id: str, sk: str) -> dict[str, Any] | None:
        reply = self._client.get_item(TableName=self._table, Key=_key(workspace_id, sk), ConsistentRead=True)
        return reply.get("Item")


class DynamoCheckpoints:
    """Implements `fourfold.jobs.store.Checkpoints` for one run."""

    def __init__(self, client: DynamoDBClient, table: str, run: Run) -> None:
        self._client = client
        self._table = table
        self._workspace_id = run.workspace_id
        self._persona_id = run.persona_id
        self._prefix = f"{_result_sk(run.persona_id, run.kind)}#{run.id}#"

    def read(self) -> Mapping[str, str]:
        """Every kept item by its key, strongly consistent."""
        found: dict[str, str] = {}
        start: dict[str, Any] = {}
        while True:
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":pk": {"S": f"WS#{self._workspace_id}"}, ":prefix": {"S": self._prefix}},
                ConsistentRead=True,
                **start,
            )
            found |= {item["sk"]["S"].removeprefix(self._prefix): item["doc"]["S"] for item in reply["Items"]}
            if "LastEvaluatedKey" not in reply:
                return found
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def find(self, key: str) -> str | None:
        """One kept item, strongly consistent, or None."""
        key_ = _key(self._workspace_id, self._prefix + key)
        item = self._client.get_item(TableName=self._table, Key=key_, ConsistentRead=True).get("Item")
        return None if item is None else item["doc"]["S"]

    def keep(self, key: str, text: str) -> None:
        """Keeps an item; one that is kept already stays as it was."""
        item = {**_key(self._workspace_id, self._prefix + key), "doc": {"S": text}}
        keep_owned(self._client, self._table, self._persona_id, item)


def _held(seen: Mapping[str, Any] | None, lease: Lease, now: datetime) -> bool:
    """Whether another message's worker may still be alive."""
    if seen is None or "lease_until" not in seen:
        return False
    return seen["lease_holder"]["S"] != lease.holder and int(seen["lease_until"]["N"]) > now.timestamp()


def _run_fields(run: Run) -> dict[str, Any]:
    return {
        "status": {"S": run.status.value},
        "kind": {"S": run.kind.value},
        "started_at": {"S": run.started_at.isoformat()},
        "doc": {"S": run.model_dump_json()},
    }


def _result_sk(persona_id: str, kind: RunKind) -> str:
    return f"OF#{persona_id}#{kind.value.upper()}"


def _state_sk(persona_id: str, kind: RunKind) -> str:
    return f"OF#{persona_id}#JOB#{kind.value.upper()}"


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": f"WS#{workspace_id}"}, "sk": {"S": sk}}
