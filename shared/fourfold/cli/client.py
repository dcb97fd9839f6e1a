"""A client of the HTTP API for the commands, whose errors say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.message import Message
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from fourfold.cli.connection import Connection
from fourfold.client import ApiConnectionError, ApiProblemError, Fourfold
from fourfold.errors import CommandError
from fourfold.http.field_messages import field_name
from fourfold.persona import Persona
from fourfold.progress.events import TERMINAL_TYPES
from fourfold.progress.run import Run

_LONGEST_PAGE = 100
_ACCEPTED = 202


class ApiError(CommandError):
    """The API returned a problem or did not respond; the message says what to do.

    `problem` is the problem document; None if there is none.
    """

    def __init__(self, message: str, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.problem = problem


class UnreachableError(ApiError):
    """The API did not respond."""


class Client:
    """Calls the API with `key`. Use it as a context manager.

    Raises:
        ApiError: by every method, if the API returns an error or does not respond.
    """

    def __init__(self, connection: Connection) -> None:
        self.key = connection.key
        self._url = connection.url
        try:
            # A person sees at once that a request failed, and decides.
            self._api = Fourfold(api_key=connection.key, base_url=connection.url, retries=0)
        except ApiConnectionError:
            raise ApiError(
                f"FOURFOLD_API_URL ({connection.url}) is not a URL, or FOURFOLD_API_KEY is not a key."
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._api.close()

    def create(
        self, brief: str, settings: Mapping[str, object], labels: Mapping[str, object] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Starts a run and yields its events, the terminal one last.

        `labels` are fields of the request beside the brief, such as `slug`. A broken stream is resumed after the last
        event received.
        """
        body = {"intent": brief, "stream": True, "config": dict(settings), **(labels or {})}
        yield from self._run("/v1/personas", body)

    def regenerate(self, persona_id: str, body: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        """Regenerates a persona as `body` says; yields events like `create`."""
        yield from self._run(f"/v1/personas/{persona_id}/regenerate", {**body, "stream": True})

    def audit(self, persona_id: str, settings: Mapping[str, object], reason: str | None) -> Iterator[dict[str, Any]]:
        """Audits a persona's layers as they are; yields events like `create`."""
        body = {"stream": True, "config": dict(settings), "reason": reason}
        yield from self._run(f"/v1/personas/{persona_id}/audit", body)

    def _run(self, path: str, body: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        last: dict[str, Any] | None = None
        try:
            for event in self._events("POST", path, json=dict(body)):
                last = event
                yield event
        except UnreachableError:
            if last is None:
                raise
        if last is not None:
            yield from self._rest(last)

    def persona(self, persona_id: str) -> Persona:
        """Returns one persona."""
        return Persona.model_validate(self._get(f"/v1/personas/{persona_id}"))

    def fork(self, persona_id: str, changes: Mapping[str, Any]) -> Persona:
        """Forks a persona; waits for its run, if it has one."""
        with self._errors():
            return self._api.fork_persona(persona_id, **changes)

    def delete(self, persona_id: str) -> None:
        """Deletes a persona and everything it owns."""
        self._call("DELETE", f"/v1/personas/{persona_id}")

    def export(self, persona_id: str, wanted: str, picture: bytes | None = None) -> tuple[bytes, str]:
        """Exports a persona, as a card in `picture` (PNG) if there is one; returns the file's content and name."""
        path = f"/v1/personas/{persona_id}/export"
        if picture is None:
            reply = self._call("GET", path, params={"format": wanted})
        else:
            reply = self._call("POST", f"{path}/png", content=picture, headers={"Content-Type": "image/png"})
        name = Message()
        name["Content-Disposition"] = reply.headers.get("content-disposition", "")
        # The name comes from the server, so any path in it is dropped.
        return reply.content, Path(name.get_filename() or persona_id).name

    def import_file(self, content: bytes, media_type: str) -> Persona:
        """Imports a file; returns the new persona."""
        headers = {"Content-Type": media_type}
        return Persona.model_validate(
            self._call("POST", "/v1/personas/import", content=content, headers=headers).json()
        )

    def run(self, run_id: str) -> Run:
        """Returns one run."""
        return Run.model_validate(self._get(f"/v1/runs/{run_id}"))

    def personas(self, limit: int) -> list[Persona]:
        """Returns the newest personas, at most `limit` (1-100)."""
        return [Persona.model_validate(item) for item in self._get("/v1/personas", limit=limit)["data"]]

    def post(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """Sends a POST; returns the JSON document of the reply."""
        return self._call("POST", path, json=dict(body)).json()

    def call(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - httpx's own, and JSON
        """Sends a request with `httpx.Client.request` arguments; returns the JSON document of the reply."""
        return self._call(method, path, **request).json()

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:  # noqa: ANN401 - httpx's own
        """Sends a request with `httpx.Client.stream` arguments; yields the reply before its body is read."""
        with self._errors(), self._api.stream(method, path, **request) as reply:
            yield reply

    def remove(self, path: str) -> None:
        """Sends a DELETE, again while the API answers that more is left to delete."""
        while self._call("DELETE", path).status_code == _ACCEPTED:
            pass

    def pages(self, path: str, **filters: object) -> Iterator[dict[str, Any]]:
        """Yields all items of a paginated list; a page is read when it is needed."""
        query: dict[str, object] = {"limit": _LONGEST_PAGE, **filters}
        while True:
            page = self._get(path, **query)
            yield from page["data"]
            if not page["has_more"]:
                return
            query["cursor"] = page["next_cursor"]

    def first(self, path: str, count: int, **filters: object) -> list[dict[str, Any]]:
        """Returns the first `count` items of a paginated list, without reading whole pages for a few."""
        return list(islice(self.pages(path, limit=min(count, _LONGEST_PAGE), **filters), count))

    def chat(self, persona_id: str, message: str, session_id: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Sends a chat message; yields `token`, `restarted` and, last, `completed` events with their data."""
        with self._errors():
            for name, event in self._api.chat_stream(persona_id, message, session_id):
                yield name, dict(event)

    def drift(self, persona_id: str, replies: Sequence[str]) -> list[dict[str, Any]]:
        """Returns the drift envelopes of up to 50 replies, in order."""
        envelopes: list[dict[str, Any]] = self.post(f"/v1/personas/{persona_id}/drift", {"replies": list(replies)})[
            "drifts"
        ]
        return envelopes

    def provocation_tests(self) -> list[dict[str, Any]]:
        """Returns the workspace's provocation tests, disabled ones included."""
        tests: list[dict[str, Any]] = self._get("/v1/provocation/tests")["data"]
        return tests

    def start_suite(self, persona_id: str, selection: Mapping[str, object]) -> str:
        """Starts a run of the provocation suite; returns the run id."""
        return str(self.post(f"/v1/personas/{persona_id}/test-suite", selection)["run_id"])

    def text(self, path: str, **query: object) -> str:
        """Returns the text of a reply that is not JSON."""
        return self._call("GET", path, params=query).text

    def suite_run(self, persona_id: str, run_id: str) -> dict[str, Any]:
        """Returns one run of the suite, with its results so far."""
        suite: dict[str, Any] = self._get(f"/v1/personas/{persona_id}/test-suite/runs/{run_id}")
        return suite

    def suite_export(self, persona_id: str, run_id: str, form: str) -> str:
        """Returns a finished run as `junit` or `sarif` text."""
        path = f"/v1/personas/{persona_id}/test-suite/runs/{run_id}"
        return self._call("GET", path, params={"format": form}).text

    def follow(self, run_id: str) -> Iterator[dict[str, Any]]:
        """Yields a run's events from the first to the terminal one; a broken stream is resumed."""
        yield from self._rest({"seq": 0, "run_id": run_id, "type": ""})

    def progress_url(self) -> str:
        """Returns the WebSocket URL of live progress."""
        return str(self._get("/v1/progress")["url"])

    def _rest(self, last: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yields the events of a run after `last` up to the terminal one; a stream that ends before it is resumed."""
        path = f"/v1/runs/{last['run_id']}/events"
        while last["type"] not in TERMINAL_TYPES:
            for event in self._events("GET", path, headers={"Last-Event-ID": str(last["seq"])}):
                last = event
                yield event

    def _events(self, method: str, path: str, **request: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - httpx's own
        with self._errors():
            for _, event in self._api.events(method, path, **request):
                if "seq" in event:
                    yield dict(event)

    def _get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        return self._call("GET", path, params={name: str(value) for name, value in query.items()}).json()

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        with self._errors():
            return self._api.request(method, path, **request)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raises the client's errors with a message that says what to do."""
        try:
            yield
        except ApiProblemError as error:
            raise _refusal(error) from error
        except ApiConnectionError as error:
            if not isinstance(error.__cause__, httpx.TransportError):
                raise ApiError(f"{error}.") from error
            cause = type(error.__cause__).__name__
            raise UnreachableError(
                f"No response from {self._url} ({cause}). Start the server with `make up`."
            ) from error


def _refusal(error: ApiProblemError) -> ApiError:
    problem = error.problem
    places = "".join(f"\n  {field_name(fault.pointer)}: {fault.detail}" for fault in problem.errors)
    return ApiError(f"{problem.title}: {places or problem.detail}", problem.body())
