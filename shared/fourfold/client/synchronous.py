"""The client for synchronous code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx
from httpx_sse import EventSource

from fourfold.client import operations
from fourfold.client.errors import ApiConnectionError, problem_error, problem_in
from fourfold.client.operations import Operation
from fourfold.client.replies import (
    BatchReceipt,
    ChatReply,
    Document,
    Evaluation,
    EvaluationPage,
    EvaluationReceipt,
    Item,
    Page,
    PersonaPage,
    RunPage,
    RunReceipt,
    RunSummary,
    VoiceChecks,
    event_of,
    json_of,
    parsed,
    require_ended,
)
from fourfold.client.retries import MAX_RETRIES, is_repeatable, pause_after, with_key
from fourfold.client.session_replies import ChatSession, MessagePage, SessionMessage, SessionPage
from fourfold.client.settings import EVENT_STREAM, PROGRESS, STREAM_TIMEOUT, TIMEOUT, address_and_headers
from fourfold.client.subscription import Subscription, targets_of
from fourfold.client.usage_replies import GroupBy, UsageReport
from fourfold.drift import Envelope
from fourfold.estimates.estimate import Estimate
from fourfold.persona import Persona
from fourfold.persona_diff import PersonaDiff
from fourfold.personas.lineage import Lineage
from fourfold.progress.events import TERMINAL_TYPES
from fourfold.progress.run import Run


class Fourfold:
    """Calls the API. Use it as a context manager, or call `close`.

    A request that failed for a moment (no connection, 429, 503) is sent up to three times more. Every POST has an
    Idempotency-Key, so it does nothing twice.

    Raises:
        ApiProblemError: by every method, if the API answers with a problem.
        ApiConnectionError: by every method, if the API does not answer; by the constructor, without a key.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        retries: int = MAX_RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`api_key` and `base_url` are by default FOURFOLD_API_KEY, and FOURFOLD_API_URL or http://127.0.0.1:8000.

        `retries` is the number of further attempts of a request.
        """
        self._retries = retries
        address, headers = address_and_headers(base_url, api_key)
        self._authorization = headers["Authorization"]
        try:
            self._http = httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT, transport=transport)
        except (httpx.InvalidURL, ValueError):
            raise ApiConnectionError(f"{address} is not a URL, or the API key has characters of no key.") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def create_persona(
        self,
        brief: str,
        settings: Mapping[str, Any] | None = None,
        **labels: Any,  # noqa: ANN401 - JSON
    ) -> Persona:
        """Generates a persona and waits for it, also longer than the API waits. `settings` are for this run only.

        `labels` are `language`, `seed`, `slug`, `visibility` and `metadata`, as in `POST /v1/personas`.
        """
        return self._written(operations.create(brief, settings, labels))

    def create_personas(
        self,
        brief: str,
        count: int,
        settings: Mapping[str, Any] | None = None,
        **labels: Any,  # noqa: ANN401 - JSON
    ) -> BatchReceipt:
        """Starts `count` (2-20) runs that each write another person of the brief, and does not wait for them.

        `live(run_ids=...)` follows them; `labels` are those of `create_persona` without `slug`.
        """
        return self._document(BatchReceipt, operations.create(brief, settings, {**labels, "count": count}))

    def estimate_persona(self, brief: str, settings: Mapping[str, Any] | None = None) -> Estimate:
        """Returns what a persona of this brief would cost; nothing is stored or spent."""
        return self._document(Estimate, operations.estimate(brief, settings))

    def persona(self, persona_id: str) -> Persona:
        """Returns a persona."""
        return self._document(Persona, operations.persona(persona_id))

    def personas(self, page_size: int = 50, **filters: Any) -> Iterator[Persona]:  # noqa: ANN401 - as in the API
        """Yields the personas that match, newest first; a page is read when it is needed.

        `filters` are those of `GET /v1/personas`: `status`, `language`, `slug`, `archived`, `q`, `created_after`,
        `created_before`, `sort`, and `metadata` as a mapping.
        """
        return self._pages(PersonaPage, lambda cursor: operations.personas(filters, page_size, cursor))

    def update_persona(self, persona_id: str, **changes: Any) -> Persona:  # noqa: ANN401 - JSON
        """Sets `slug`, `visibility` or `archived`."""
        return self._document(Persona, operations.update(persona_id, changes))

    def edit_persona(
        self, persona_id: str, layers: Mapping[str, Any], reason: str | None = None, *, accept_violations: bool = False
    ) -> Persona:
        """Changes fields of the layers, such as `{"surface": {"name": "Derya"}}`, without calling a model."""
        edit = operations.edit(persona_id, layers, reason, accept_violations=accept_violations)
        return self._document(Persona, edit)

    def audit_persona(self, persona_id: str, reason: str | None = None) -> Persona:
        """Audits the layers as they are and waits for the score, also longer than the API waits."""
        return self._written(operations.audit(persona_id, reason))

    def compare_versions(self, persona_id: str, before: int, after: int) -> PersonaDiff:
        """Returns what differs between two versions: field by field, and word by word within texts."""
        return self._document(PersonaDiff, operations.difference(persona_id, before, after))

    def restore_version(self, persona_id: str, version: int, reason: str | None = None) -> Persona:
        """Stores the layers of an earlier version as a new version, without calling a model."""
        return self._document(Persona, operations.restore(persona_id, version, reason))

    def fork_persona(self, persona_id: str, **changes: Any) -> Persona:  # noqa: ANN401 - JSON
        """Makes a persona of its own; `edits`, `language`, `refine`, `slug`, `metadata`, `note`."""
        return self._written(operations.fork(persona_id, changes))

    def lineage(self, persona_id: str, limit: int = 20, cursor: str | None = None) -> Lineage:
        """Returns parent, root and ancestors of a persona, and a page of its forks."""
        return self._document(Lineage, operations.lineage(persona_id, limit, cursor))

    def regenerate_persona(self, persona_id: str, first: str, **changes: Any) -> Persona:  # noqa: ANN401 - JSON
        """Writes the layers from the step `first` on again, with `keep`, `edits`, `reason` and `config`."""
        return self._written(operations.regenerate(persona_id, first, changes))

    def refine_persona(self, persona_id: str, layer: str, axis: str, amount: float = 0.5) -> Persona:
        """Moves the tone of `mask` or `soul` along an axis; `refined` of the persona says how far it moved."""
        refine = {"layer": layer, "axis": axis, "amount": amount}
        return self._written(operations.regenerate(persona_id, None, {"refine": refine}))

    def delete_persona(self, persona_id: str) -> None:
        """Deletes a persona with everything it owns."""
        self._send(operations.delete(persona_id))

    def chat(self, persona_id: str, message: str, session_id: str | None = None) -> ChatReply:
        """Returns the persona's reply; `session_id` of an earlier reply continues its chat."""
        return self._document(ChatReply, operations.chat(persona_id, message, session_id))

    def chat_stream(
        self, persona_id: str, message: str, session_id: str | None = None
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yields `token` events with `text`, `restarted` if the text so far is void, and last `completed`."""
        yield from self._operation_events(operations.chat(persona_id, message, session_id, stream=True))

    def drift(self, persona_id: str, reply: str, session_id: str | None = None) -> Envelope:
        """Scores a reply that another runtime wrote as the persona."""
        return parsed(Envelope, json_of(self._send(operations.drift(persona_id, reply, session_id)))["drift"])

    def sessions(self, persona_id: str, page_size: int = 50) -> Iterator[ChatSession]:
        """Yields all chats of a persona, the latest to begin first."""
        return self._pages(SessionPage, lambda cursor: operations.sessions(persona_id, page_size, cursor))

    def session(self, session_id: str) -> ChatSession:
        """Returns a session."""
        return self._document(ChatSession, operations.session(session_id))

    def messages(self, session_id: str, page_size: int = 100) -> Iterator[SessionMessage]:
        """Yields the messages of a session, oldest first."""
        return self._pages(MessagePage, lambda cursor: operations.messages(session_id, page_size, cursor))

    def update_session(self, session_id: str, **changes: Any) -> ChatSession:  # noqa: ANN401 - JSON
        """Sets `title`, `metadata` or `ended`."""
        return self._document(ChatSession, operations.update_session(session_id, changes))

    def delete_session(self, session_id: str) -> None:
        """Deletes a session with its messages."""
        self._send(operations.delete_session(session_id))

    def run(self, run_id: str) -> Run:
        """Returns a run."""
        return self._document(Run, operations.run(run_id))

    def runs(
        self,
        kind: str | None = None,
        status: str | None = None,
        persona_id: str | None = None,
        page_size: int = 50,
    ) -> Iterator[RunSummary]:
        """Yields all runs that match, newest first; a page is read when it is needed."""
        filters = {"kind": kind, "status": status, "persona_id": persona_id}
        return self._pages(RunPage, lambda cursor: operations.runs(filters, page_size, cursor))

    def usage(self, *, first: str | None = None, last: str | None = None, group_by: GroupBy = "day") -> UsageReport:
        """Returns calls, tokens and USD from one UTC day (ISO 8601) to another, by default of 30 days."""
        return self._document(UsageReport, operations.usage(first, last, group_by))

    def check_voice(self, persona_id: str, model: str, *, suite: bool = False) -> RunReceipt:
        """Starts a check whether the persona keeps its voice on another model; `follow` its run.

        With `suite` the provocation suite runs on both models as well.
        """
        return self._document(RunReceipt, operations.voice_check(persona_id, model, suite))

    def voice_checks(self, persona_id: str, model: str | None = None) -> VoiceChecks:
        """Returns the state of the newest voice check and the certificates, or that of `model`."""
        return self._document(VoiceChecks, operations.voice_checks(persona_id, model))

    def cancel_run(self, run_id: str) -> Run:
        """Ends a run before its next model call; while it is `running`, the call in progress is not completed yet."""
        return self._document(Run, operations.cancel_run(run_id))

    def evaluate(self, max_usd: float, **request: Any) -> EvaluationReceipt:  # noqa: ANN401 - JSON
        """Starts an evaluation; `request` are the fields of `POST /v1/evaluations`, such as `b` and `last`."""
        return self._document(EvaluationReceipt, operations.evaluate({"max_usd": max_usd, **request}))

    def estimate_evaluation(self, max_usd: float, **request: Any) -> Estimate:  # noqa: ANN401 - JSON
        """Returns what an evaluation would cost; nothing is stored or spent."""
        return self._document(Estimate, operations.estimate_evaluation({"max_usd": max_usd, **request}))

    def evaluation(self, evaluation_id: str) -> Evaluation:
        """Returns an evaluation, with its report once it has ended."""
        return self._document(Evaluation, operations.evaluation(evaluation_id))

    def evaluations(self, page_size: int = 50) -> Iterator[Evaluation]:
        """Yields all evaluations, newest first, without their reports."""
        return self._pages(EvaluationPage, lambda cursor: operations.evaluations(page_size, cursor))

    def cancel_evaluation(self, evaluation_id: str) -> Evaluation:
        """Ends an evaluation before its next model call."""
        return self._document(Evaluation, operations.cancel_evaluation(evaluation_id))

    def delete_evaluation(self, evaluation_id: str) -> None:
        """Deletes an evaluation that has ended, with its personas; repeats the request while more is left to delete."""
        while self._send(operations.delete_evaluation(evaluation_id)).status_code == httpx.codes.ACCEPTED:
            pass

    def follow(self, run_id: str, after: int = 0) -> Iterator[Mapping[str, Any]]:
        """Yields a run's events after `after` up to its last one, each once; a broken stream is resumed."""
        kind, attempt = "", 0
        while kind not in TERMINAL_TYPES:
            try:
                with self._operation_stream(operations.run_events(run_id, after)) as reply:
                    if reply.status_code == httpx.codes.NO_CONTENT:  # `after` is the run's last event
                        return
                    for _, event in _events_in(reply):
                        kind, after, attempt = event["type"], event["seq"], 0
                        yield event
                require_ended(kind)
            except ApiConnectionError:
                pause = pause_after(None, attempt, self._retries)
                if pause is None:
                    raise
                attempt += 1
                time.sleep(pause)

    def live(
        self, *, run_ids: Sequence[str] = (), persona_ids: Sequence[str] = (), workspace: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Yields the events of runs, of all runs of personas, or of the whole workspace, over one WebSocket.

        It ends when all of `run_ids` have ended, and never if it follows more. Each event comes once, also after a
        broken connection; past events of runs and personas come first. Raises ValueError if nothing is to be followed.
        """
        from fourfold.client.live import LiveFeed  # noqa: PLC0415 - WebSockets are imported where they are used

        subscription = Subscription(targets_of(run_ids, persona_ids, workspace=workspace))
        feed = LiveFeed(lambda: str(json_of(self.request("GET", PROGRESS))["url"]), self._authorization, subscription)
        yield from (event for event in feed.events() if event is not None)

    def _written(self, operation: Operation) -> Persona:
        """Returns the persona of an operation that starts a run, when the run has ended."""
        reply = self._send(operation)
        if reply.status_code != httpx.codes.ACCEPTED:
            return parsed(Persona, json_of(reply))
        receipt = parsed(RunReceipt, json_of(reply))
        for event in self.follow(receipt.run_id):
            if event["type"] == "pipeline.failed":
                raise problem_error(event["problem"])
        return self.persona(receipt.persona_id)

    def request(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Sends any request with arguments of httpx, with the same retries and errors."""
        headers = with_key(method, request.pop("headers", None) or {})
        attempt = 0
        while True:
            reply: httpx.Response | None = None
            try:
                reply = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                pause = pause_after(None, attempt, self._retries) if is_repeatable(method, headers) else None
                if pause is None:
                    raise ApiConnectionError(f"{self._http.base_url}: {type(error).__name__}") from error
            else:
                if not reply.is_error:
                    return reply
                pause = pause_after(reply, attempt, self._retries) if is_repeatable(method, headers) else None
                if pause is None:
                    raise problem_in(reply)
            attempt += 1
            time.sleep(pause)

    def _send(self, operation: Operation) -> httpx.Response:
        return self.request(operation.method, operation.path, headers=operation.headers, **operation.request())

    def _document(self, document: type[Document], operation: Operation) -> Document:
        return parsed(document, json_of(self._send(operation)))

    def _pages(self, document: type[Page[Item]], operation: Callable[[str | None], Operation]) -> Iterator[Item]:
        """Yields the items of all pages; `operation` reads the page at a cursor."""
        cursor: str | None = None
        while True:
            page = self._document(document, operation(cursor))
            yield from page.data
            if not page.has_more:
                return
            cursor = page.next_cursor

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:  # noqa: ANN401
        """Sends a request with arguments of httpx; yields the reply before its body is read. It is sent once."""
        headers = with_key(method, request.pop("headers", None) or {})
        try:
            with self._http.stream(method, path, headers=headers, **request) as reply:
                if reply.is_error:
                    reply.read()
                    raise problem_in(reply)
                yield reply
        except httpx.TransportError as error:
            raise ApiConnectionError(f"{self._http.base_url}: {type(error).__name__}") from error

    def events(self, method: str, path: str, **request: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401
        """Yields the name and the data of each server-sent event; an `error` event is raised."""
        with self._event_stream(method, path, **request) as reply:
            yield from _events_in(reply)

    @contextmanager
    def _event_stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:  # noqa: ANN401
        headers = {"Accept": EVENT_STREAM, **(request.pop("headers", None) or {})}
        request.setdefault("timeout", STREAM_TIMEOUT)
        with self.stream(method, path, headers=headers, **request) as reply:
            yield reply

    @contextmanager
    def _operation_stream(self, operation: Operation) -> Iterator[httpx.Response]:
        request = operation.request()
        with self._event_stream(operation.method, operation.path, headers=operation.headers, **request) as reply:
            yield reply

    def _operation_events(self, operation: Operation) -> Iterator[tuple[str, Mapping[str, Any]]]:
        with self._operation_stream(operation) as reply:
            yield from _events_in(reply)


def _events_in(reply: httpx.Response) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if reply.status_code == httpx.codes.NO_CONTENT:
        return
    for event in EventSource(reply).iter_sse():
        if event.data:
            yield event.event, event_of(event.event, event.data)
