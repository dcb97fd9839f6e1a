"""Every part of the product that asks a model, driven over HTTP and the command line against one provider."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.local_server import LocalServer, eventually
from tests.providers.server import ProviderServer
from tests.providers.setting import KEY
from tests.providers.whole_product import WholeProduct
from tests.providers.wires import Provider

BRIEF = "A shy founder, 34, in Istanbul"
# As long as the API may take for an answer.
POST_SECONDS = 270
# Both jobs make some two hundred calls through HTTP.
JOBS_SECONDS = 600
NAIVE = {"engine.pipeline.method": "single_call"}


def variables(provider: Provider, server: ProviderServer) -> dict[str, str]:
    """What a developer exports to use this provider, and nothing else."""
    url = server.base_url(provider)
    return {
        Provider.ANTHROPIC: {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url},
        Provider.OPENAI: {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url},
        Provider.GOOGLE: {"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": url},
        Provider.BEDROCK: {
            "FOURFOLD_PROVIDERS": "bedrock",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
            "AWS_BEARER_TOKEN_BEDROCK": KEY,
        },
        Provider.COMPATIBLE: {"FOURFOLD_COMPATIBLE_BASE_URL": url, "FOURFOLD_COMPATIBLE_MODEL": "llama3.1:8b"},
    }[provider]


@contextmanager
def home_of(
    provider: Provider, folder: Path, assembly_of: LocalServer | None, environment: Mapping[str, str] | None = None
) -> Iterator[ConfiguredHome]:
    """A fresh home with one provider, its background jobs on, as they are by default."""
    with ProviderServer(WholeProduct()) as server:
        home = LocalServer(folder, {**variables(provider, server), **(environment or {})})
        if assembly_of is None:
            home.borrow_made_before()
        else:
            home.borrow_assembly(assembly_of)
        home.start()
        try:
            yield ConfiguredHome(provider, home, server)
        finally:
            assert home.stop() == 0, home.said()


@dataclass
class ConfiguredHome:
    """A home and the loopback provider it is configured for. `calls` are those each part made, by its name."""

    provider: Provider
    home: LocalServer
    server: ProviderServer
    calls: dict[str, int] = field(default_factory=dict)
    documents: list[object] = field(default_factory=list)
    _counted: int = 0

    def run_all(self) -> None:
        """Each part in turn, with the documents it answered."""
        persona = self.post("/v1/personas", {"intent": BRIEF}, 201)
        self._count("create")
        for job in ("fingerprint", "test-suite"):
            path = f"/v1/personas/{persona['id']}/{job}"
            ready = eventually(lambda path=path: self._when_over(path), JOBS_SECONDS)
            assert ready["status"] == "ready", ready
            self.documents += [ready, self.home.call("GET", f"/v1/runs/{ready['run_id']}").json()]
        self._count("fingerprint and suite")
        self.post(f"/v1/personas/{persona['id']}/chat", {"message": "Did the tide come in?"}, 200)
        self._count("chat")
        body = {"message": "And today?", "stream": True}
        streamed = self.home.call("POST", f"/v1/personas/{persona['id']}/chat", body=body, timeout=POST_SECONDS)
        assert "event: completed" in streamed.text
        self.documents.append(streamed.text)
        self._count("chat, streamed")
        self.post(f"/v1/personas/{persona['id']}/drift", {"reply": "It came in twelve times, I suppose."}, 200)
        self._count("drift")
        self.post("/v1/personas/parse", {"intent": BRIEF}, 200)
        self._count("parse")
        self.post("/v1/personas", {"intent": BRIEF, "config": NAIVE}, 201)
        self._settled()
        self._count("naive, with its jobs")
        self.documents.append(self.command("compare", BRIEF))
        self._settled()
        self._count("compare, with its jobs")
        self.documents.append(self.home.call("GET", "/v1/config?prefix=engine.").json())
        self.documents.append(self.home.said())

    def post(self, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        """The document a POST is answered with."""
        reply = self.home.call("POST", path, body=body, timeout=POST_SECONDS)
        assert reply.status_code == status, reply.text
        document: dict[str, Any] = reply.json()
        self.documents.append(document)
        return document

    def command(self, *arguments: str) -> str:
        """What a command of the command line prints."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
            "FOURFOLD_API_URL": self.home.server.api_url,
            "FOURFOLD_API_KEY": self.home.api_key,
            "COLUMNS": "200",
        }
        done = subprocess.run(
            [sys.executable, "-m", "fourfold.cli.main", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def _when_over(self, path: str) -> Any:
        found = self.home.call("GET", path).json()
        return found if found["status"] in {"ready", "failed"} else None

    def _settled(self) -> None:
        """Waits for every job that runs."""
        eventually(lambda: all(self._over(persona) for persona in self._personas()), JOBS_SECONDS)

    def _personas(self) -> list[str]:
        return [persona["id"] for persona in self.home.call("GET", "/v1/personas?limit=100").json()["data"]]

    def _over(self, persona: str) -> bool:
        return all(self._when_over(f"/v1/personas/{persona}/{job}") for job in ("fingerprint", "test-suite"))

    def _count(self, part: str) -> None:
        made = len(self.server.requests)
        self.calls[part] = made - self._counted
        self._counted = made
