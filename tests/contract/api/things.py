"""One of each thing that a path can name, in the first workspace.

For a new kind of thing in a path, `THINGS` says how to make one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from fourfold.judge_passports import shipped_passports
from functions.api.judges.schemas import JudgeDocument
from functions.api.provocation_tests.examples import OWN_TEST
from functions.api.webhooks import deliveries
from functions.api.webhooks import targets as webhook_targets
from tests.contract.api.conftest import FULL_KEY, Api
from tests.tables import Kept

ABSENT = "0" * 26


def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names resolve to a public address, and no delivery is sent."""
    monkeypatch.setattr(webhook_targets, "resolve", lambda _host, _port: ["93.184.215.14"])
    monkeypatch.setattr(deliveries, "enqueue", lambda _messages: None)


def persona_of(api: Api) -> str:
    return str(api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A shy founder, 34"}).json()["id"])


def run_of(api: Api) -> str:
    return str(api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A shy founder, 34"}).json()["run_id"])


def key_of(api: Api) -> str:
    return str(api.call("POST", "/v1/keys", FULL_KEY, json={"name": "x", "scopes": ["keys:write"]}).json()["id"])


def own_test_of(api: Api) -> str:
    return str(api.call("PUT", f"/v1/provocation/tests/{OWN_TEST['id']}", FULL_KEY, json=OWN_TEST).json()["test"]["id"])


def label_set_of(api: Api) -> str:
    labels = [
        {"kind": "document", "persona_id": persona_of(api), "verdict": verdict} for verdict in ("sound", "flawed")
    ]
    return str(api.call("PUT", "/v1/labels/editors", FULL_KEY, json={"labels": labels}).json()["name"])


def session_of(api: Api) -> str:
    path = f"/v1/personas/{persona_of(api)}/chat"
    return str(api.call("POST", path, FULL_KEY, json={"message": "Did you sleep?"}).json()["session_id"])


def endpoint_of(api: Api) -> str:
    body = {"url": "https://example.com/hooks", "events": ["persona.created"]}
    return str(api.call("POST", "/v1/webhooks", FULL_KEY, json=body).json()["id"])


def evaluation_of(api: Api) -> str:
    body = {"b": {"method": "naive"}, "briefs": ["A shy founder, 34"], "max_usd": 1}
    return str(api.call("POST", "/v1/evaluations", FULL_KEY, json=body).json()["evaluation_id"])


def snapshot_of(api: Api) -> str:
    return str(api.call("POST", "/v1/config/snapshots", FULL_KEY, json={"label": "x"}).json()["id"])


# Names in a path that are the same in every workspace.
COMMON = {
    "key": "engine.pipeline.method",
    "name": "offline",
    "judge_id": JudgeDocument.of(shipped_passports()[0]).id,
}
# How to make a thing of the first workspace, by the name it has in a path; and an id like its own that names nothing.
THINGS: dict[str, tuple[Callable[[Api], str], str]] = {
    "persona_id": (persona_of, f"per_{ABSENT}"),
    "model": (lambda api: f"persona:{persona_of(api)}", f"persona:per_{ABSENT}"),
    "version": (lambda _api: "1", "999"),
    "other_version": (lambda _api: "1", "999"),
    "run_id": (run_of, f"run_{ABSENT}"),
    "session_id": (session_of, f"ses_{ABSENT}"),
    "test_id": (own_test_of, "x.acme.no_such"),
    "evaluation_id": (evaluation_of, f"evl_{ABSENT}"),
    "endpoint_id": (endpoint_of, f"whk_{ABSENT}"),
    "delivery_id": (lambda _api: f"dlv_{ABSENT}", f"dlv_{ABSENT}"),
    "key_id": (key_of, f"key_{ABSENT}"),
    "set_name": (label_set_of, "no-such"),
    "snapshot_id": (snapshot_of, f"cfs_{ABSENT}"),
}


def things_in(path: str) -> list[str]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{") and part[1:-1] not in COMMON]
    unknown = set(names) - set(THINGS)
    assert not unknown, f"say in THINGS how to make {unknown} for {path}"
    return names


def with_ids(path: str, ids: dict[str, str]) -> str:
    for name, value in {**COMMON, **ids}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@dataclass
class Workspace:
    """A workspace with one of each thing. It is made once; after that its tables are put back as they were."""

    _ids: dict[str, str] = field(default_factory=dict)
    _kept: Kept | None = None

    def in_place(self, api: Api) -> dict[str, str]:
        """Brings the things into the tables of `api`; answers with their ids by the name each has in a path."""
        if self._ids:
            api.kept.put_back(self._kept)
        else:
            self._ids = {name: make(api) for name, (make, _) in THINGS.items()}
            api.machine.settle()
            self._kept = api.kept.held()
        return dict(self._ids)


ONE_OF_EACH = Workspace()
