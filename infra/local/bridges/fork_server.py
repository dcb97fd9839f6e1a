"""The process that Lambda workers are forked from.

It has imported the third-party libraries and, from the code of the first worker, the product's library, but no
function. `forked_workers` runs it as a module: argv[1] is the file descriptor of one end of a socket pair, further
arguments are libraries to import. It ends when the other end closes.

A request is eight bytes of length, sent with four file descriptors (the worker's stdin, stdout and stderr, and a pipe
whose closing means that the worker ended), then that many bytes of JSON: script, environment, working directory. The
answer is the worker's process id in eight bytes.
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
# Packages that read no environment variable while they are imported; every function imports some of them.
PRODUCT = tuple(
    f"fourfold.{package}"
    for package in ("config", "jobs", "pipeline", "progress", "provocation", "storage", "voice", "webhooks")
)
NUMBER_BYTES = 8


def main() -> None:
    for library in (*LIBRARIES, *sys.argv[2:]):
        importlib.import_module(library)
    gc.collect()
    gc.freeze()  # a worker's collector then leaves the shared pages alone, which would be copied
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers leave no zombies, since no one waits for them
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
            _run_script(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        requests.sendall(worker.to_bytes(NUMBER_BYTES))


def load_product(code: Path) -> None:
    """Import the product's library from this folder, which must exist as long as the workers."""
    sys.path.insert(0, str(code))
    for package in PRODUCT:
        with suppress(Exception):  # the worker that needs the module raises the same error, and reports it
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


def _run_script(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Run the script in this process as a fresh interpreter would, with the request's variables and folder.

    `descriptors` become stdin, stdout and stderr; the last stays open until the process ends.
    """
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
    except BaseException:  # noqa: BLE001 - as an interpreter reports an uncaught exception
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
