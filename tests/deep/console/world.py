"""The server that the tests of the console share, and what is on it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.deep.console.browser import paths
from tests.integration.local_server import LocalServer, eventually

BRIEF: Final = "A harbour master, 61, in Bergen who keeps the names of the drowned"


@dataclass(frozen=True)
class World:
    """A server with a persona whose jobs are done, a run, an endpoint, an evaluation, and the link that it printed."""

    server: LocalServer
    persona: dict[str, Any]
    webhook_id: str
    evaluation_id: str
    link: str

    @property
    def url(self) -> str:
        return self.server.server.api_url

    @property
    def paths(self) -> list[tuple[str, str]]:
        return list(paths(self.persona["id"], self.persona["run_id"], self.webhook_id, self.evaluation_id))


@contextmanager
def served(folder: Path) -> Iterator[World]:
    """A server on this home, until the context ends."""
    server = LocalServer(folder)
    server.borrow_made_before()
    server.start()
    made = server.call("POST", "/v1/personas", body={"intent": BRIEF}).json()
    path = f"/v1/personas/{made['id']}"
    for job in ("fingerprint", "test-suite"):
        wait_for(server, f"{path}/{job}")
    server.call("POST", f"{path}/voice-check", body={"model": "offline:composer-1"})
    wait_for(server, f"{path}/voice-check")
    hook = {"url": "http://127.0.0.1:9/hooks", "events": ["persona.created"], "description": "a receiver that is down"}
    endpoint = server.call("POST", "/v1/webhooks", body=hook).json()
    server.call("POST", f"/v1/webhooks/{endpoint['id']}/ping")
    server.commit({"engine.pipeline.audit.max_retries": 3})  # a first revision of the settings
    server.call("POST", "/v1/config/snapshots", body={"label": "the first"})
    eventually(lambda: "Ctrl-C stops" in server.said())
    link = next(line.split()[1] for line in server.said().splitlines() if "Console" in line)
    yield World(server, server.call("GET", path).json(), endpoint["id"], evaluated(server), link)
    assert server.stop() == 0, server.said()


def wait_for(server: LocalServer, job: str) -> None:
    """Returns when the background job at this path has its result."""
    eventually(lambda: server.call("GET", job).json()["status"] == "ready", 120)


def evaluated(server: LocalServer) -> str:
    """The id of an evaluation of two briefs, once it has ended."""
    asked = {"b": {"method": "naive"}, "briefs": ["A cooper, 60, in Porto", "A glazier, 31, in Riga"], "max_usd": 1}
    made = server.call("POST", "/v1/evaluations", body=asked).json()["evaluation_id"]
    eventually(lambda: server.call("GET", f"/v1/evaluations/{made}").json()["status"] == "completed", 120)
    return str(made)


def figure(name: str, value: object) -> None:
    """Prints a figure, and keeps it where FOURFOLD_CONSOLE_FIGURES says."""
    print(f"{name}: {value}")  # noqa: T201 - the figures of the run
    if target := os.environ.get("FOURFOLD_CONSOLE_FIGURES"):
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: value}) + "\n")
