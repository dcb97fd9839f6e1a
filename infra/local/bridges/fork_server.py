"""The process Lambda workers are forked from: an interpreter that has loaded the third-party libraries, and from the
code of the first worker the product's library, but no function of it.

Run by `infra.local.bridges.forked_workers` with one end of a socket pair as file descriptor argv[1] and more libraries
to load after it; it ends when the other end closes. A request is eight bytes of length, with the worker's channel as a
file descriptor, then that many bytes of text: the folder of the worker's code. The answer is the worker's process id in
eight bytes.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from infra.local.bridges.worker import run
from infra.local.collector import uncollected

LIBRARIES = (
    "aws_lambda_powertools",
    "aws_lambda_powertools.utilities.batch",
    "boto3",
    "botocore.auth",
    "botocore.client",
    "botocore.handlers",
    "pydantic",
    "pydantic._internal._generate_schema",
    "ulid",
)
# What needs nothing of a function's environment as it is imported; every function begins with some of it.
PRODUCT = tuple(
    f"fourfold.{package}"
    for package in ("config", "jobs", "pipeline", "progress", "provocation", "storage", "voice", "webhooks")
)
NUMBER_BYTES = 8


def main() -> None:
    with uncollected():  # which also keeps the collector of every worker off the pages they share
        for library in (*LIBRARIES, *sys.argv[2:]):
            importlib.import_module(library)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no process waits for workers: the kernel may forget them at once
    requests = socket.socket(fileno=int(sys.argv[1]))
    loaded = None
    while True:
        header, descriptors, _, _ = socket.recv_fds(requests, NUMBER_BYTES, 1)
        if len(header) < NUMBER_BYTES:
            return
        code = Path(_exactly(requests, int.from_bytes(header)).decode()).resolve()
        if loaded is None and (code / "fourfold").is_dir():
            load_product(code)
            loaded = code
        worker = os.fork()
        if worker == 0:
            requests.close()
            if code != loaded:
                _forget_product()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(socket.socket(fileno=descriptors[0]))
        os.close(descriptors[0])
        requests.sendall(worker.to_bytes(NUMBER_BYTES))


def load_product(code: Path) -> None:
    """Import the product's library from this folder, which must last as long as the workers."""
    _forget_product()  # this process's own modules have imported the errors of another copy
    sys.path.insert(0, str(code))
    with uncollected():
        for package in PRODUCT:
            with suppress(Exception):  # whatever is wrong, the worker that needs it meets it again and reports it
                for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
                    importlib.import_module(module.name)
        with suppress(Exception):  # as above
            importlib.import_module("fourfold.aws").preload_service_models(("dynamodb", "sqs"))
    sys.path.remove(str(code))


def _forget_product() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "fourfold"]:
        del sys.modules[name]


def _exactly(stream: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += stream.recv(length - len(data))
    return data


if __name__ == "__main__":
    main()
