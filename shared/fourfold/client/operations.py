"""The requests of the client's methods, shared by both clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Operation:
    """A request. A value of the query that is None is omitted."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """The arguments of httpx, without method, URL and headers."""
        query = {name: _text(value) for name, value in self.query.items() if value is not None}
        if self.body is None:
            return {"params": query}
        return {"params": query, "json": dict(self.body)}


def _text(value: object) -> str:
    """A value of the query; true and false as in JSON."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _given(**values: object) -> dict[str, Any]:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def create(brief: str, settings: Mapping[str, Any] | None, labels: Mapping[str, Any]) -> Operation:
    """Generates a persona; `labels` are fields of the request beside the brief."""
    body = _given(intent=brief, config=None if settings is None else dict(settings), **labels)
    return Operation("POST", "/v1/personas", body)


def estimate(brief: str, settings: Mapping[str, Any] | None) -> Operation:
    """Estimates what a generation would cost."""
    created = create(brief, settings, {})
    return Operation(created.method, created.path, {**(created.body or {}), "dry_run": True})


def persona(persona_id: str) -> Operation:
    """Reads a persona."""
    return Operation("GET", f"/v1/personas/{persona_id}")


def personas(filters: Mapping[str, Any], limit: int, cursor: str | None) -> Operation:
    """Lists personas. `metadata` in the filters is a mapping, of which each entry becomes a parameter."""
    own = {f"metadata.{name}": text for name, text in filters.get("metadata", {}).items()}
    given = {name: value for name, value in filters.items() if name != "metadata"}
    return Operation("GET", "/v1/personas", query={**given, **own, "limit": limit, "cursor": cursor})


def update(persona_id: str, changes: Mapping[str, Any]) -> Operation:
    """Updates a persona. A null is sent: it removes the slug."""
    return Operation("PATCH", f"/v1/personas/{persona_id}", changes)


def edit(persona_id: str, layers: Mapping[str, Any], reason: str | None, *, accept_violations: bool) -> Operation:
    """Changes fields of the layers."""
    body = _given(layers=dict(layers), reason=reason, accept_violations=accept_violations or None)
    return Operation("PATCH", f"/v1/personas/{persona_id}", body)


def audit(persona_id: str, reason: str | None) -> Operation:
    """Audits the layers as they are."""
    return Operation("POST", f"/v1/personas/{persona_id}/audit", _given(reason=reason))


def difference(persona_id: str, before: int, after: int) -> Operation:
    """Compares two versions."""
    return Operation("GET", f"/v1/personas/{persona_id}/versions/{before}/diff/{after}")


def restore(persona_id: str, version: int, reason: str | None) -> Operation:
    """Restores a version."""
    return Operation("POST", f"/v1/personas/{persona_id}/versions/{version}/restore", _given(reason=reason))


def fork(persona_id: str, changes: Mapping[str, Any]) -> Operation:
    """Forks a persona."""
    return Operation("POST", f"/v1/personas/{persona_id}/fork", _given(**changes))


def lineage(persona_id: str, limit: int, cursor: str | None) -> Operation:
    """Reads the lineage."""
    return Operation("GET", f"/v1/personas/{persona_id}/lineage", query={"limit": limit, "cursor": cursor})


def regenerate(persona_id: str, first: str | None, changes: Mapping[str, Any]) -> Operation:
    """Writes parts of a persona again."""
    return Operation("POST", f"/v1/personas/{persona_id}/regenerate", _given(**{"from": first}, **changes))


def delete(persona_id: str) -> Operation:
    """Deletes a persona."""
    return Operation("DELETE", f"/v1/personas/{persona_id}")


def chat(persona_id: str, message: str, session_id: str | None, *, stream: bool = False) -> Operation:
    """Sends a chat message."""
    body = _given(message=message, session_id=session_id, stream=stream or None)
    return Operation("POST", f"/v1/personas/{persona_id}/chat", body)


def drift(persona_id: str, reply: str, session_id: str | None) -> Operation:
    """Scores a reply."""
    return Operation("POST", f"/v1/personas/{persona_id}/drift", _given(reply=reply, session_id=session_id))


def voice_check(persona_id: str, model: str, suite: bool) -> Operation:
    """Checks another model against the voice."""
    return Operation(
        "POST", f"/v1/personas/{persona_id}/voice-check", {"model": model, **({"suite": True} if suite else {})}
    )


def voice_checks(persona_id: str, model: str | None) -> Operation:
    """Reads the certificates."""
    return Operation("GET", f"/v1/personas/{persona_id}/voice-check", query={"model": model})


def sessions(persona_id: str, limit: int, cursor: str | None) -> Operation:
    """Lists a persona's sessions."""
    return Operation("GET", f"/v1/personas/{persona_id}/sessions", query={"limit": limit, "cursor": cursor})


def session(session_id: str) -> Operation:
    """Reads a session."""
    return Operation("GET", f"/v1/sessions/{session_id}")


def messages(session_id: str, limit: int, cursor: str | None) -> Operation:
    """Lists a session's messages."""
    return Operation("GET", f"/v1/sessions/{session_id}/messages", query={"limit": limit, "cursor": cursor})


def update_session(session_id: str, changes: Mapping[str, Any]) -> Operation:
    """Updates a session. A null is sent: it removes the title."""
    return Operation("PATCH", f"/v1/sessions/{session_id}", changes)


def delete_session(session_id: str) -> Operation:
    """Deletes a session."""
    return Operation("DELETE", f"/v1/sessions/{session_id}")


def run(run_id: str) -> Operation:
    """Reads a run."""
    return Operation("GET", f"/v1/runs/{run_id}")


def runs(filters: Mapping[str, Any], limit: int, cursor: str | None) -> Operation:
    """Lists runs."""
    return Operation("GET", "/v1/runs", query={**filters, "limit": limit, "cursor": cursor})


def cancel_run(run_id: str) -> Operation:
    """Cancels a run."""
    return Operation("POST", f"/v1/runs/{run_id}/cancel")


def evaluate(body: Mapping[str, Any]) -> Operation:
    """Starts an evaluation."""
    return Operation("POST", "/v1/evaluations", body)


def estimate_evaluation(body: Mapping[str, Any]) -> Operation:
    """Estimates what an evaluation would cost."""
    return evaluate({**body, "dry_run": True})


def evaluation(evaluation_id: str) -> Operation:
    """Reads an evaluation."""
    return Operation("GET", f"/v1/evaluations/{evaluation_id}")


def evaluations(limit: int, cursor: str | None) -> Operation:
    """Lists evaluations."""
    return Operation("GET", "/v1/evaluations", query={"limit": limit, "cursor": cursor})


def cancel_evaluation(evaluation_id: str) -> Operation:
    """Cancels an evaluation."""
    return Operation("POST", f"/v1/evaluations/{evaluation_id}/cancel")


def delete_evaluation(evaluation_id: str) -> Operation:
    """Deletes an evaluation, or a part of it."""
    return Operation("DELETE", f"/v1/evaluations/{evaluation_id}")


def usage(first: str | None, last: str | None, group_by: str) -> Operation:
    """Reads usage."""
    return Operation("GET", "/v1/usage", query={"from": first, "to": last, "group_by": group_by})


def run_events(run_id: str, after: int) -> Operation:
    """Streams a run's events."""
    return Operation("GET", f"/v1/runs/{run_id}/events", headers={"Last-Event-ID": str(after)})
