"""The API function's process: the product's ASGI app under uvicorn, as the Web Adapter starts it on AWS.

Started by `infra.local.api` with the listening socket as file descriptor argv[1]. The first line of standard input is
JSON: the function's environment, and the console's one-use link, which an environment variable would reveal to child
processes. The environment is added to the inherited one, as the engine does for its workers, so that both have the
model keys and settings of the developer's shell. The process stops at the end of standard input.
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
from functools import partial

from infra.local.storage_health import storage_failure
from infra.local.thread_switches import switch_often

HEAVY = ("botocore.session", "fastapi", "pydantic", "aws_lambda_powertools", "uvicorn")


def main() -> None:
    switch_often()
    for module in HEAVY:  # while the engine starts; these do not read the environment, which is not known yet
        importlib.import_module(module)
    line = sys.stdin.readline()
    if not line:
        return
    received = json.loads(line)
    environment: dict[str, str] = received["environment"]
    os.environ.update(environment)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s [%(name)s] %(message)s")
    api = importlib.import_module("functions.api.server")
    api.app.state.storage_failure = partial(storage_failure, environment["AWS_ENDPOINT_URL"])
    sign_in = importlib.import_module("functions.api.console.sign_in")
    api.app.state.sign_in_link = sign_in.SignInLink(**received["sign_in"], clock=time.time)
    server = api.Server(api.app)
    threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


def _stop_at_end_of_input(server: object) -> None:
    while sys.stdin.readline():
        pass
    server.should_exit = True  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
