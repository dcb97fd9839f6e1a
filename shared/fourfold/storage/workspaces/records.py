"""Stored items as records of an export: plain JSON, without secrets and without what only the store needs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from fourfold.storage.table import Item
from fourfold.storage.usage.counters import counter_record
from fourfold.workspaces.export import ExportRecord

_SCORES: Final = "SESSION#SCORED#"
_USAGE: Final = "usage"
# Kinds whose sort key does not name them: by the part of the partition key after the workspace.
_BY_PARTITION: Final = {
    "TESTS": "provocation_test",
    "LABELS": "label_set",
    "BASELINE": "baseline_reply",
    "USAGE": _USAGE,
}
_KINDS: Final = {
    "PERSONA": "persona",
    "VERSION": "persona_version",
    "ORIGIN": "persona_origin",
    "CHILD": "persona_fork",
    "CARD": "persona_card",
    "FINGERPRINT": "fingerprint",
    "SUITE": "suite",
    "JOB": "job",
    "RUN": "run",
    "RECORDS": "suite_records",
    "ANSWERS": "job_answers",
    "SESSION": "session",
    "TURN": "message",
    "SCORED": "session_scores",
    "HEAD": "settings",
    "REV": "settings_revision",
    "SNAP": "settings_snapshot",
    "ENDPOINT": "webhook",
    "DELIVERY": "webhook_delivery",
}
# Not exported: pointers, marks of deletions, and notes of what is elsewhere.
_SKIPPED: Final = frozenset({"DELETED", "BELOW"})
_OMITTED: Final = frozenset({"pk", "sk", "expires_at", "idempotency_key", "lease_holder", "lease_until", "busy_until"})
# Attributes that hold JSON as text.
_DOCUMENTS: Final = frozenset({"nodes", "attempts"})
_SECRETS: Final = frozenset({"secrets", "lineage"})


def record_of(workspace_id: str, item: Item) -> ExportRecord | None:
    """The record of an item; None if it holds nothing of its own."""
    pk, sk = item["pk"]["S"], str(next(iter(item["sk"].values())))
    owner = pk.removeprefix(f"WS#{workspace_id}").removeprefix("#")
    kind = _kind(owner, sk, is_event="N" in item["sk"])
    if kind is None or (kind == "run" and owner.startswith("PERSONA#")):
        return None
    if kind == _USAGE:
        return ExportRecord(kind, f"{owner}/{sk}", counter_record(item))
    data = {name: _value(name, value) for name, value in item.items() if name not in _OMITTED}
    document = data.pop("doc", None)
    if isinstance(document, str) and kind != "baseline_reply":
        document = json.loads(document)
    if isinstance(document, dict):
        data = {**document, **data}
    elif document is not None:
        data["value"] = document
    return ExportRecord(kind, f"{owner}/{sk}".strip("/"), _without_secrets(data))


def key_record(item: Item) -> ExportRecord:
    """The record of an API key: neither its text nor the hash of it."""
    data = {name: _value(name, value) for name, value in item.items() if name not in _OMITTED}
    return ExportRecord("api_key", item["key_id"]["S"], _without_secrets(data))


def _kind(owner: str, sk: str, *, is_event: bool) -> str | None:
    if is_event:
        return "run_event"
    area = owner.partition("#")[0]
    if area in _BY_PARTITION:
        return _BY_PARTITION[area]
    # In a session's partition the persona comes first.
    named = sk.partition("#")[2] if area == "SESSION" else sk
    name = "SCORED" if named.startswith(_SCORES) else named.partition("#")[0]
    if name in _SKIPPED:
        return None
    return _KINDS.get(name, name.lower())


def _value(name: str, value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """An attribute of an item as JSON. Documents are parsed; a caller's text never is, whatever it looks like."""
    [(kind, content)] = value.items()
    match kind:
        case "N":
            return float(content) if "." in content else int(content)
        case "B":
            return json.loads(zlib.decompress(content).decode())
        case "L":
            return [_value(name, each) for each in content]
        case "M":
            return {inner: _value(inner, each) for inner, each in content.items()}
        case "NULL":
            return None
        case _:
            return json.loads(content) if name in _DOCUMENTS else content


def _without_secrets(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _SECRETS}
