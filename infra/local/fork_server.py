"""The process Lambda workers are forked from: an interpreter that has loaded the third-party libraries, and from the
code of the first worker the product's library, but no function of it.

Run by `infra.local.forks` with one end of a socket pair as file descriptor argv[1] and more libraries to load after
it; it ends when the other end closes. A request is eight bytes of length with four file descriptors (the worker's
stdin, stdout and stderr, and one whose closing tells that it ended), then that many bytes of JSON: script, environment,
working directory. The answer is the worker's process id in eight bytes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

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
    for library in (*LIBRARIES, *sys.argv[2:]):
        importlib.import_module(library)
    gc.collect()
    gc.freeze()  # keeps the collector of every worker off the pages they share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for workers: the kernel may forget them at once
    requests = socket.socket(fileno=int(sys.argv[1]))
    loaded = None
    while True:
        header, descriptors, _, _ = socket.recv_fds(requests, NUMBER_BYTES, 4)
        if len(header) < NUMBER_BYTES:
            return
        request = json.loads(_exactly(requests, int.from_bytes(header)))
        code = Path(request["folder"]).resolve()
        if loaded is None and (code / "fourfold").is_dir():
            load_product(code)
            loaded = code
        worker = os.fork()
        if worker == 0:
            requests.close()
            if code != loaded:
                _forget_product()
            _become(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        requests.sendall(worker.to_bytes(NUMBER_BYTES))


def load_product(code: Path) -> None:
    """Import the product's library from this folder, which must last as long as the workers."""
    sys.path.insert(0, str(code))
    for package in PRODUCT:
        with suppress(Exception):  # whatever is wrong, the worker that needs it meets it again, and tells
            for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
                importlib.import_module(module.name)
    with suppress(Exception):  # as above
        importlib.import_module("fourfold.aws").preload_service_models(("dynamodb", "sqs"))
    sys.path.remove(str(code))
    gc.collect()
    gc.freeze()


def _forget_product() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "fourfold"]:
        del sys.modules[name]


def _exactly(stream: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += stream.recv(length - len(data))
    return data


def _become(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Run the script as a fresh interpreter with these streams, variables and folder would; the last one stays open."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for target, descriptor in enumerate(descriptors[:3]):
            os.dup2(descriptor, target)
            os.close(descriptor)
        sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        sys.stderr = sys.__stderr__ = open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        script = Path(request["script"])
        sys.argv = [str(script)]
        sys.path[0] = str(script.parent)
        exec(compile(script.read_text(encoding="utf-8"), script, "exec"), {"__name__": "__main__"})  # noqa: S102
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 - what an interpreter does with an exception nobody caught
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
