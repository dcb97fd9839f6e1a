"""Items of the layout before 0.2 (one partition for all that a workspace owned) as items of today's layout.

A unit is converted together: a persona with its runs, or a single item. Its old items are deleted in the order given,
which begins with the one that shows whether the unit is converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fourfold.errors import FourfoldError
from fourfold.jobs.answers import WORKING
from fourfold.persona import Persona
from fourfold.pipeline.state import DraftBasis
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.provocation.report import SuiteReport
from fourfold.storage.documents import packed
from fourfold.storage.jobs.checkpoints import first_page, page_item, pages
from fourfold.storage.jobs.store import job_key, result_key
from fourfold.storage.jobs.suites import record_items, report_key
from fourfold.storage.months import PERSONAS, RUNS, month_key
from fourfold.storage.partitions import baseline_pk, persona_pk, session_pk, sessions_pk, slots_pk, tests_pk
from fourfold.storage.personas.deletion import mark_key
from fourfold.storage.personas.listing import entry_item
from fourfold.storage.personas.sessions import header_key, session_entry, turn_prefix
from fourfold.storage.personas.store import CARD, persona_key, slug_key, version_key
from fourfold.storage.runs.records import listed_items, record_item
from fourfold.storage.table import Item, key
from fourfold.voice.sessions import ChatExchange, Session

# The jobs' kinds in the sort keys of earlier versions.
_JOBS = {kind.value.upper(): kind for kind in (RunKind.FINGERPRINT, RunKind.PROVOCATION)}


class UnknownItemError(FourfoldError):
    """An item of no kind that an earlier version stored."""


@dataclass
class Unit:
    """Items to store, the keys of the old ones they replace, and how many of those held nothing worth keeping."""

    new: list[Item] = field(default_factory=list)
    old: list[Item] = field(default_factory=list)
    dropped: int = 0


def persona_unit(workspace_id: str, persona_id: str, items: Sequence[Item]) -> Unit:
    """A persona with all it owned. `items` are its document or its mark, `OF#<persona>#...`, and its runs' records.

    Raises:
        UnknownItemError: an item of no known kind.
    """
    return _PersonaUnit(workspace_id, persona_id, {item["sk"]["S"]: item for item in items}).unit()


def single_unit(workspace_id: str, item: Item) -> Unit:
    """An item that belongs to no persona: of the workspace, or a run whose persona is gone.

    Raises:
        UnknownItemError: it is of no known kind.
    """
    sk: str = item["sk"]["S"]
    kind, _, name = sk.partition("#")
    attributes = {attribute: value for attribute, value in item.items() if attribute not in {"pk", "sk"}}
    match kind:
        case "SLOT":
            new = [{**key(slots_pk(workspace_id), name), **attributes}]
        case "SLUG":
            new = [{**slug_key(workspace_id, name), **attributes}]
        case "POLE":
            model, _, scenario = name.rpartition("#")
            new = [{**key(baseline_pk(workspace_id, model), scenario), **attributes}]
        case "PROVOCATION":
            new = [{**key(tests_pk(workspace_id), name.removeprefix("TEST#")), **attributes}]
        case "RUN":
            new = list(_run_items(Run.model_validate_json(item["doc"]["S"]), None, None))
        case _:
            raise UnknownItemError(sk)
    return Unit(new, [key(f"WS#{workspace_id}", sk)])


@dataclass
class _PersonaUnit:
    """`items` are by their sort keys."""

    workspace_id: str
    persona_id: str
    items: Mapping[str, Item]

    def unit(self) -> Unit:
        made = Unit()
        for sk, item in self.items.items():
            new = list(self._converted(sk, item))
            made.new += new
            made.dropped += not new
        made.new += self._reports()
        first = sorted(self.items, key=lambda sk: (not sk.startswith(("PERSONA#", "DELETED#")), sk))
        made.old = [key(f"WS#{self.workspace_id}", sk) for sk in first]
        return made

    def _converted(self, sk: str, item: Item) -> Iterator[Item]:
        if sk == f"PERSONA#{self.persona_id}":
            yield from self._document(item)
        elif sk == f"DELETED#{self.persona_id}":
            yield mark_key(self.workspace_id, self.persona_id)
        elif sk.startswith("RUN#"):
            yield from self._run(item)
        else:
            yield from self._owned(sk, item)

    def _document(self, item: Item) -> Iterator[Item]:
        persona = Persona.model_validate_json(item["doc"]["S"])
        attributes = {name: item[name] for name in ("status", "version", "doc")}
        yield {**persona_key(self.workspace_id, self.persona_id), **attributes}
        yield entry_item(persona)
        yield month_key(self.workspace_id, PERSONAS, self.persona_id)

    def _owned(self, sk: str, item: Item) -> Iterator[Item]:
        kind, _, name = sk.removeprefix(f"OF#{self.persona_id}#").partition("#")
        match kind:
            case "VERSION":
                yield {**version_key(self.workspace_id, self.persona_id, int(name)), "doc": item["doc"]}
            case "CARD":
                yield {**key(persona_pk(self.workspace_id, self.persona_id), CARD), "doc": item["doc"]}
            case "CHAT":
                yield from self._session(name, item)
            case "JOB":
                attributes = {attribute: value for attribute, value in item.items() if attribute not in {"pk", "sk"}}
                yield {**job_key(self.workspace_id, self.persona_id, _JOBS[name]), **attributes}
            case "FINGERPRINT" if not name:
                where = result_key(self.workspace_id, self.persona_id, RunKind.FINGERPRINT)
                yield {**where, "run_id": item["run_id"], "doc": packed(item["doc"]["S"])}
            case "BASIS" | "RUN" | "SUITE" | "FINGERPRINT" | "PROVOCATION":
                return  # a part of its run's record, of the run itself, or of its report; or an answer that served
            case _:
                raise UnknownItemError(sk)

    def _session(self, name: str, item: Item) -> Iterator[Item]:
        session_id, _, turn = name.partition("#")
        if turn:
            where = key(session_pk(self.workspace_id, session_id), f"{turn_prefix(self.persona_id)}{turn}")
            yield {**where, "doc": item["doc"]}
            return
        session = Session.model_validate_json(item["doc"]["S"])
        first = self.items.get(f"OF#{self.persona_id}#CHAT#{session_id}#00001")
        began = session.updated_at if first is None else ChatExchange.model_validate_json(first["doc"]["S"]).at
        header = header_key(self.workspace_id, self.persona_id, session_id)
        yield {**header, "steps": item["steps"], "doc": item["doc"]}
        yield session_entry(sessions_pk(self.workspace_id, self.persona_id), session_id, began)

    def _run(self, item: Item) -> Iterator[Item]:
        run = Run.model_validate_json(item["doc"]["S"])
        basis = self.items.get(f"OF#{self.persona_id}#BASIS#{run.id}")
        if basis is None:
            record, *further = _run_items(run, None, None)
        else:
            written = DraftBasis.model_validate_json(basis["doc"]["S"])
            record, *further = _run_items(run, int(basis["version"]["N"]), written)
        kept = self._checkpoints(run)
        if run.kind is not RunKind.GENERATION and run.status is RunStatus.RUNNING and kept:
            *closed, open_ = pages(kept)
            record |= first_page(open_) | {"pages": {"N": str(len(closed))}}
            for number, page in enumerate(closed):
                yield page_item(run, number, page)
        elif run.kind is RunKind.PROVOCATION:
            finished = {name: text for name, text in kept.items() if not name.startswith(WORKING)}
            yield from record_items(self.workspace_id, run.id, finished)
        yield record
        yield from further

    def _checkpoints(self, run: Run) -> dict[str, str]:
        prefix = f"OF#{self.persona_id}#{run.kind.value.upper()}#{run.id}#"
        return {sk.removeprefix(prefix): item["doc"]["S"] for sk, item in self.items.items() if sk.startswith(prefix)}

    def _reports(self) -> Iterator[Item]:
        """The suite's reports. The newest was stored once more as the persona's newest result."""
        prefix = f"OF#{self.persona_id}#SUITE#"
        for sk, item in self.items.items():
            if sk.startswith(prefix):
                report = SuiteReport.model_validate_json(item["doc"]["S"])
                where = report_key(self.workspace_id, self.persona_id, report.run_id)
                yield {**where, "doc": {"S": report.figures().model_dump_json()}}


def _run_items(run: Run, version: int | None, basis: DraftBasis | None) -> Iterator[Item]:
    yield record_item(run, version, basis)
    yield from listed_items(run)
    yield month_key(run.workspace_id, RUNS, run.id)
