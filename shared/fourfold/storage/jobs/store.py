"""Background jobs: the newest job of each kind, its lease, its run and its result.

pk persona_pk   sk `JOB#<KIND>`     the newest job's state and lease
                sk `FINGERPRINT`    the newest fingerprint, compressed
                sk `VOICE_CHECK#<model>`    the newest certificate of a model, compressed
                sk `SUITE#<run>`    the figures of a run of the suite (`fourfold.storage.jobs.suites`)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from fourfold.jobs.answers import WORKING
from fourfold.jobs.message import MESSAGE_RETENTION, JobMessage
from fourfold.jobs.store import SUPERSEDED, Ending, JobInProgressError, JobState, JobStatus, Lease
from fourfold.persona import Persona, PersonaGoneError
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.spending.spent import nano_usd
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.jobs.checkpoints import DynamoCheckpoints, first_page, page_deletions
from fourfold.storage.jobs.suites import read_records, record_items, report_key
from fourfold.storage.outbox import outbox_puts
from fourfold.storage.partitions import persona_pk
from fourfold.storage.personas.store import DynamoPersonaStore, persona_exists, persona_put
from fourfold.storage.runs.records import RunRecords, record_key
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, Write, put, transact
from fourfold.storage.usage.budgets import DynamoBudgets
from fourfold.storage.usage.counters import usage_writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# A job whose worker began this long ago may be requested again: its worker is gone.
_LOST_AFTER = timedelta(minutes=25)
_ATTEMPTS = 6


class DynamoJobStore:
    """Implements `fourfold.jobs.store.JobStore`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox
        self._personas = DynamoPersonaStore(client, table, outbox)
        self._runs = RunRecords(self._table)
        self._budgets = DynamoBudgets(client, table, outbox)

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None."""
        return self._personas.persona(workspace_id, persona_id)

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """A job's run, strongly consistent, or None."""
        return self._runs.run(workspace_id, run_id)

    def state(self, workspace_id: str, persona_id: str, kind: RunKind) -> JobState | None:
        """The newest job of this kind, or None while there never was one."""
        item = self._table.get(job_key(workspace_id, persona_id, kind))
        return None if item is None else _state_in(item)

    def result(self, workspace_id: str, persona_id: str, kind: RunKind, name: str = "") -> str | None:
        """The newest result of a kind of which only the newest is kept (of each name), or None."""
        item = self._table.get(result_key(workspace_id, persona_id, kind, name))
        return None if item is None else unpacked(item["doc"])

    def results(self, workspace_id: str, persona_ids: Iterable[str], kind: RunKind, name: str = "") -> dict[str, str]:
        """Persona id -> its newest result of a kind and name, for those of `persona_ids` (up to 100) that have one."""
        keys = [result_key(workspace_id, persona_id, kind, name) for persona_id in persona_ids]
        return {item["pk"]["S"].rpartition("#")[2]: unpacked(item["doc"]) for item in self._table.get_many(keys)}

    def named_results(self, workspace_id: str, persona_id: str, kind: RunKind, limit: int) -> list[str]:
        """The newest result of each name of a kind, of at most `limit` names, in the order of the names."""
        where = result_key(workspace_id, persona_id, kind, " ")
        items = self._table.query(where["pk"]["S"], where["sk"]["S"].rstrip(), page=limit)
        return [unpacked(item["doc"]) for item in islice(items, limit)]

    def records(self, workspace_id: str, run_id: str) -> Mapping[str, str]:
        """The records that the end of a run stored, by item."""
        return read_records(self._table, workspace_id, run_id)

    def request(self, run: Run, texts: Mapping[str, str] | None = None) -> Run:
        """Stores the run of a requested job, unless one is in progress; answers with the run in progress.

        Args:
            run: the run to store.
            texts: what its checkpoints hold from the beginning.

        Raises:
            PersonaGoneError: the persona was deleted.
        """
        for _ in range(_ATTEMPTS):
            seen = self._table.get(job_key(run.workspace_id, run.owner, run.kind))
            other = None if seen is None else self._in_progress(run, seen)
            if other is not None:
                return other
            state = JobState(status=JobStatus.PENDING, run_id=run.id, updated_at=run.started_at)
            groups = {**self._new(run, first_page(texts or {})), "job": [self._state_write(run, state, seen, None)]}
            failed = transact(self._client, groups)
            if "persona" in failed:
                raise PersonaGoneError(run.persona_id)
            if not failed:
                return run
        raise TimeoutError(f"{run.id} could not be stored: its job is contended")

    def claim(self, message: JobMessage, run: Run, lease: Lease) -> Run | None:
        """Claims the run of a message under `lease`. Stores `run` if the message's run is not stored yet.

        Returns:
            The claimed run, or None if it has ended, is superseded, or another worker holds it.

        Raises:
            JobInProgressError: an event caused the message, and another run covers the persona's version.
        """
        for _ in range(_ATTEMPTS):
            stored = self._runs.run(message.workspace_id, message.run_id)
            if stored is not None and stored.status is not RunStatus.RUNNING:
                return None
            seen = self._table.get(job_key(message.workspace_id, message.persona_id, message.kind))
            newest = None if seen is None else _state_in(seen)
            if stored is not None and (newest is None or newest.run_id != message.run_id):
                self._supersede(stored, run.started_at)
                return None
            if newest is not None and newest.run_id == message.run_id and _is_held(seen, lease, run.started_at):
                return None
            if stored is None and seen is not None and not message.asked:
                self._require_newer_version(run, seen)
            claimed = stored or run
            state = JobState(status=JobStatus.RUNNING, run_id=claimed.id, updated_at=run.started_at)
            groups = {
                **({} if stored is not None else self._new(claimed, {})),
                "job": [self._state_write(claimed, state, seen, lease)],
            }
            if not transact(self._client, groups):
                if newest is not None and newest.run_id != claimed.id:
                    earlier = self._runs.run(message.workspace_id, newest.run_id)
                    if earlier is not None:
                        self._supersede(earlier, run.started_at)
                return claimed
        return None

    def finish(self, ending: Ending) -> bool:
        """Stores the end of a run that is `running` and is the persona's newest of its kind; says whether it did.

        A run that is no longer the newest fails with SUPERSEDED.
        """
        run = ending.run
        for _ in range(_ATTEMPTS):
            seen = self._table.get(job_key(run.workspace_id, run.owner, run.kind))
            record = self._table.get(record_key(run.workspace_id, run.id))
            stored = None if record is None else Run.model_validate_json(record["doc"]["S"])
            if seen is None or record is None or stored is None or stored.status is not RunStatus.RUNNING:
                return False
            if _state_in(seen).run_id != run.id:
                self._supersede(stored, ending.state.updated_at)
                return False
            persona = self._persona_writes(ending)
            if not persona:
                return False  # the persona was deleted
            writes = [
                *self._end_writes(run, record, ending.records),
                self._state_write(run, ending.state, seen, None),
                *self._result_writes(ending),
                *persona,
                *outbox_puts(self._outbox, ending.entries),
                *usage_writes(self._table.name, run.workspace_id, ending.state.updated_at, ending.spent),
            ]
            if run.reserved_usd is None and not transact(self._client, {"end": writes}):
                return True
            if run.reserved_usd is not None and self._budgets.end(
                run.workspace_id, run.id, nano_usd(ending.spent), writes
            ):
                return True
        return False

    def _result_writes(self, ending: Ending) -> list[Write]:
        if ending.result is None:
            return []
        run, table = ending.run, self._table.name
        if run.kind is RunKind.PROVOCATION:
            item = {**report_key(run.workspace_id, run.owner, run.id), "doc": {"S": ending.result}}
        else:
            where = result_key(run.workspace_id, run.owner, run.kind, ending.name)
            item = {**where, "run_id": {"S": run.id}, "doc": packed(ending.result)}
        return [put(table, item)]

    def _end_writes(self, run: Run, record: Item, records: Mapping[str, str]) -> list[Write]:
        """The run's end. Of a suite that did not complete, the tests it finished are kept."""
        table = self._table.name
        if run.kind is RunKind.PROVOCATION and run.status is RunStatus.FAILED:
            answers = DynamoCheckpoints(self._client, table, run).read()
            records = {name: text for name, text in answers.items() if not name.startswith(WORKING)}
        return [
            self._runs.end(run),
            *page_deletions(table, run, record),
            *(put(table, item) for item in record_items(run.workspace_id, run.id, records)),
        ]

    def _persona_writes(self, ending: Ending) -> list[Write]:
        """The persona's new version, or the summary in its document, or a check that it exists; none if it does not."""
        run = ending.run
        if ending.summary is None and ending.version is None:
            return [persona_exists(self._table.name, run.workspace_id, run.owner)]
        stored = self._personas.stored_persona(run.workspace_id, run.owner)
        if stored is None:
            return []
        if ending.version is not None:
            new = ending.version(stored.persona)
            return [
                *self._personas.version_writes(stored, new.version),
                *outbox_puts(self._outbox, [new.entry]),
            ]
        after = stored.persona if ending.summary is None else ending.summary(stored.persona)
        return [persona_put(self._table.name, stored, after)]

    def _in_progress(self, run: Run, seen: Item) -> Run | None:
        newest = _state_in(seen)
        # A job that waits for its worker may do so for as long as the queue keeps its message.
        patience = {JobStatus.PENDING: MESSAGE_RETENTION, JobStatus.RUNNING: _LOST_AFTER}.get(newest.status)
        if patience is None or run.started_at - newest.updated_at > patience:
            return None
        other = self._runs.run(run.workspace_id, newest.run_id)
        return other if other is not None and other.status is RunStatus.RUNNING else None

    def _require_newer_version(self, run: Run, seen: Item) -> None:
        """Raises JobInProgressError if the job in progress covers the persona's version: it began after it, or will."""
        other = self._in_progress(run, seen)
        persona = self._personas.persona(run.workspace_id, run.owner)
        if other is None or persona is None:
            return
        if _state_in(seen).status is JobStatus.PENDING or persona.updated_at <= other.started_at:
            raise JobInProgressError(other)

    def _supersede(self, run: Run, at: datetime) -> None:
        """Ends a run that a newer job has replaced, unless it has ended."""
        record = self._table.get(record_key(run.workspace_id, run.id))
        if record is None or run.status is not RunStatus.RUNNING:
            return
        ended = run.model_copy(update={"status": RunStatus.FAILED, "error": SUPERSEDED, "completed_at": at})
        transact(self._client, {"end": self._end_writes(ended, record, {})})  # refused where the run has ended

    def _new(self, run: Run, attributes: Mapping[str, Any]) -> dict[str, list[Write]]:
        return {
            "persona": [persona_exists(self._table.name, run.workspace_id, run.owner)],
            "run": self._runs.new(run, attributes),
        }

    def _state_write(self, run: Run, state: JobState, seen: Item | None, lease: Lease | None) -> Write:
        item: Item = {
            **job_key(run.workspace_id, run.owner, run.kind),
            "doc": {"S": state.model_dump_json()},
            "run_id": {"S": run.id},
        }
        if lease is not None:
            item["lease_holder"] = {"S": lease.holder}
            item["lease_until"] = {"N": str(int(lease.until.timestamp()))}
        if seen is None:
            return put(self._table.name, item, ABSENT)
        return put(self._table.name, item, "doc = :seen", values={":seen": seen["doc"]})


def job_key(workspace_id: str, persona_id: str, kind: RunKind) -> Item:
    """The key of a persona's newest job of a kind."""
    return key(persona_pk(workspace_id, persona_id), f"JOB#{kind.value.upper()}")


def result_key(workspace_id: str, persona_id: str, kind: RunKind, name: str = "") -> Item:
    """The key of a persona's newest result of a kind, and of a name where there are several."""
    return key(persona_pk(workspace_id, persona_id), kind.value.upper() + (f"#{name}" if name else ""))


def _state_in(item: Mapping[str, Any]) -> JobState:
    return JobState.model_validate_json(item["doc"]["S"])


def _is_held(seen: Mapping[str, Any] | None, lease: Lease, now: datetime) -> bool:
    """Whether another message's worker may still be alive."""
    if seen is None or "lease_until" not in seen:
        return False
    return seen["lease_holder"]["S"] != lease.holder and int(seen["lease_until"]["N"]) > now.timestamp()
