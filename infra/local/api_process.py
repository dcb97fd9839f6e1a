"""The API function's process: the product's ASGI app under uvicorn, as the Web Adapter starts it on AWS.

Started by `infra.local.api` with the listening socket as file descriptor argv[1]. The first line of standard input is
JSON: the function's environment, and the console's one-use link, which an environment variable would reveal to child
processes. The environment is added to the inherited one, as the engine does for its workers, so that both have the
model keys and settings of the developer's shell. Each further line is the id of a run that has ended: a request that
waits for it looks at once. The process stops at the end of standard input.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from infra.local.collector import uncollected
from infra.local.settled_clock import SettledClock
from infra.local.storage_health import storage_failure
from infra.local.thread_switches import switch_often

if TYPE_CHECKING:
    import uvicorn

Wake = Callable[[str], None]

# They read no variable that `environment` may set: it is not known yet.
HEAVY = (
    *("botocore.session", "fastapi", "pydantic", "aws_lambda_powertools", "uvicorn"),
    *("fourfold.evaluation.concluding", "fourfold.personas.deletion", "fourfold.voice.conversation"),
    *(f"functions.api.{resource}.schemas" for resource in ("config", "personas", "suite", "voice", "webhooks")),
)


def main() -> None:
    switch_often()
    with uncollected():
        for module in HEAVY:  # while the engine starts
            importlib.import_module(module)
        line = sys.stdin.readline()
        if not line:
            return
        server, wake = _server(json.loads(line))
    threading.Thread(target=_read_input, args=(server, wake), daemon=True).start()
    server.run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


def _server(received: dict[str, Any]) -> tuple[uvicorn.Server, Wake]:
    """The API's server with this environment and link, and what wakes its requests."""
    environment: dict[str, str] = received["environment"]
    os.environ.update(environment)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s [%(name)s] %(message)s")
    api = importlib.import_module("functions.api.server")
    api.app.state.storage_failure = partial(storage_failure, environment["AWS_ENDPOINT_URL"])
    sign_in = importlib.import_module("functions.api.console.sign_in")
    api.app.state.sign_in_link = sign_in.SignInLink(**received["sign_in"], clock=time.time)
    clock = SettledClock(importlib.import_module("fourfold.pipeline.staleness").MAX_SILENCE)
    clock.keep_looking()
    importlib.import_module("functions.clock").judge_silence_by(clock)
    server: uvicorn.Server = api.Server(api.app)
    return server, api.app.state.run_ends.wake


def _read_input(server: uvicorn.Server, wake: Wake) -> None:
    while line := sys.stdin.readline():
        wake(line.strip())
    server.should_exit = True


if __name__ == "__main__":
    main()
