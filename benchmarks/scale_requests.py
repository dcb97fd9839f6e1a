"""The requests whose cost must not grow with what a workspace stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_BRIEF = "A ferry pilot, {age}, in Bergen, who cannot sleep ashore"


class Reply(Protocol):
    """What is used of a reply of httpx or of Starlette's test client."""

    def raise_for_status(self) -> Any: ...  # noqa: ANN401 - httpx's own type

    def json(self) -> Any: ...  # noqa: ANN401


class Client(Protocol):
    """A client of the API."""

    def request(self, method: str, url: str, *, json: Any = None, headers: Mapping[str, str] | None = None) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True)
class Places:
    """What a store has to ask for: a persona with the results of both jobs, the run that made it, an endpoint."""

    persona_id: str
    run_id: str
    endpoint_id: str


@dataclass(frozen=True)
class ApiRequest:
    """`name` is the row of the report; a creation that does not wait ends before its run does."""

    name: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] | None = None

    def send(self, client: Client) -> None:
        """Sends it; raises if it is not answered with success."""
        client.request(self.method, self.path, json=self.body, headers=self.headers).raise_for_status()


def requests(places: Places, number: int, *, waiting: bool = True) -> list[ApiRequest]:
    """All of them. Those that write differ by `number`; the creation waits for its persona if `waiting`."""
    persona = f"/v1/personas/{places.persona_id}"
    brief = {"intent": _BRIEF.format(age=20 + number % 60)}
    prefer = None if waiting else {"Prefer": "respond-async"}
    return [
        ApiRequest("GET /v1/personas?limit=20", "GET", "/v1/personas?limit=20"),
        ApiRequest("GET /v1/personas/{id}", "GET", persona),
        ApiRequest("GET .../test-suite", "GET", f"{persona}/test-suite"),
        ApiRequest("GET .../fingerprint", "GET", f"{persona}/fingerprint"),
        ApiRequest("GET .../export", "GET", f"{persona}/export"),
        ApiRequest("GET /v1/runs/{id}/events", "GET", f"/v1/runs/{places.run_id}/events"),
        ApiRequest("GET .../deliveries", "GET", f"/v1/webhooks/{places.endpoint_id}/deliveries?limit=20"),
        ApiRequest("POST .../chat", "POST", f"{persona}/chat", {"message": f"Are you well? {number}"}),
        ApiRequest("POST /v1/personas", "POST", "/v1/personas", brief, prefer),
    ]
