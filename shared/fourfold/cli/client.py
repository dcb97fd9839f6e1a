"""A small client of the HTTP API: what the command needs of it, with errors a person can act on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
from httpx_sse import connect_sse

from fourfold.cli.connection import Connection
from fourfold.persona import Persona
from fourfold.progress.happenings import TERMINAL_TYPES
from fourfold.progress.run import Run

_HEARTBEAT_PATIENCE_S = 40.0  # The server sends a comment every 10 s: longer silence means it is gone.


class ApiError(Exception):
    """The API answered with a problem; `detail` tells what to do."""


class UnreachableError(ApiError):
    """Nothing answered."""


class Client:
    """Calls the API. Use as a context manager.

    Raises:
        ApiError: on any call, the API refused it or could not be reached.
    """

    def __init__(self, connection: Connection) -> None:
        self._url = connection.url
        self._http = httpx.Client(
            base_url=connection.url,
            headers={"Authorization": f"Bearer {connection.key}"},
            timeout=httpx.Timeout(10.0, read=_HEARTBEAT_PATIENCE_S),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._http.close()

    def create(self, brief: str, settings: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        """Starts a run and yields its events as they happen, the terminal one last.

        A stream cut off in the middle is taken up again after the last event that arrived.
        """
        last: dict[str, Any] | None = None
        try:
            body = {"intent": brief, "stream": True, "config": dict(settings)}
            for event in self._events("POST", "/v1/personas", json=body):
                last = event
                yield event
        except httpx.TransportError as cut:
            if last is None:
                raise self._unreachable(cut) from cut
        while last is not None and last["type"] not in TERMINAL_TYPES:
            for event in self._resume(last):
                last = event
                yield event

    def persona(self, persona_id: str) -> Persona:
        """One persona."""
        return Persona.model_validate(self._get(f"/v1/personas/{persona_id}"))

    def run(self, run_id: str) -> Run:
        """One run."""
        return Run.model_validate(self._get(f"/v1/runs/{run_id}"))

    def personas(self, limit: int) -> list[Persona]:
        """The newest personas, at most `limit` (1-100)."""
        return [Persona.model_validate(item) for item in self._get("/v1/personas", limit=limit)["data"]]

    def progress_url(self) -> str:
        """Where live progress is, as a WebSocket address."""
        return str(self._get("/v1/progress")["url"])

    def _resume(self, last: dict[str, Any]) -> Iterator[dict[str, Any]]:
        headers = {"Last-Event-ID": str(last["seq"])}
        try:
            yield from self._events("GET", f"/v1/runs/{last['run_id']}/events", headers=headers)
        except httpx.TransportError as cut:
            raise self._unreachable(cut) from cut

    def _events(self, method: str, path: str, **request: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - httpx's own
        with connect_sse(self._http, method, path, **request) as source:
            if source.response.is_error:
                source.response.read()
                raise _refusal(source.response)
            for sse in source.iter_sse():
                if not sse.data:  # a block with only a retry hint
                    continue
                event = json.loads(sse.data)
                if sse.event == "error":
                    raise ApiError(f"{event['title']}: {event['detail']}")
                if "seq" in event:
                    yield event

    def _get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        try:
            reply = self._http.get(path, params={name: str(value) for name, value in query.items()})
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        if reply.is_error:
            raise _refusal(reply)
        return reply.json()

    def _unreachable(self, error: httpx.TransportError) -> UnreachableError:
        return UnreachableError(
            f"No answer from {self._url} ({type(error).__name__}). Start the server with `make up`."
        )


def _refusal(reply: httpx.Response) -> ApiError:
    try:
        problem = reply.json()
        places = "".join(f"\n  {fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", []))
        return ApiError(f"{problem['title']}: {places or problem['detail']}")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiError(f"The server answered {reply.status_code} and no problem details.")
