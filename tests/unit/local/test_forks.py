"""Bridge: MiniStack starts every worker as a fresh interpreter; here workers are forked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.bridges.forked_workers import SUPPORTED, ForkServer
from infra.local.bridges.worker import Function
from infra.local.bridges.worker_channel import Channel, Message
from infra.local.process_group import ProcessGroup
from tests.descriptors import open_descriptors

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="workers are forked on Linux only")

HANDLER = """
import os, sys
LOADED = "botocore" in sys.modules
def handler(event, context):
    before = set(sys.modules)
    import boto3, pydantic, aws_lambda_powertools
    imported = sorted(set(sys.modules) - before)
    return {"loaded": LOADED, "imported": imported, "version": __import__("fourfold").VERSION,
            "environment": sorted(os.environ), "folder": os.getcwd()}
"""


@pytest.fixture(scope="module")
def server(group: ProcessGroup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    made = ForkServer(tmp_path_factory.mktemp("forks") / "log", group)
    yield made
    made.stop()


def _code(folder: Path, version: str) -> Path:
    """A function with a package named as the product's, of this version."""
    (folder / "fourfold/storage").mkdir(parents=True)
    (folder / "fourfold/__init__.py").write_text(f"VERSION = {version!r}")
    (folder / "fourfold/storage/__init__.py").write_text("")
    (folder / "code_under_test.py").write_text(HANDLER)
    return folder


def _answer(server: ForkServer, code: Path) -> Message:
    ours, theirs = socket.socketpair()
    with theirs:
        server.fork(code, theirs)
    channel = Channel(ours)
    function = Function(
        folder=str(code),
        module="code_under_test",
        handler="handler",
        environment={"MINE": "yes"},
        niceness=0,
        name="step",
        memory_mb=128,
    )
    channel.send(dict(function))
    assert channel.receive() == {"ready": True}
    channel.send({"id": 1, "event": {}, "request_id": "r", "arn": "a", "timeout_s": 5})
    answer: Message = channel.receive()["result"]
    channel.close()
    return answer


def test_a_worker_has_its_libraries_and_only_its_own_environment(server: ForkServer, tmp_path: Path) -> None:
    code = _code(tmp_path / "code", "one")
    answer = _answer(server, code)
    assert (answer["loaded"], answer["environment"], answer["folder"]) == (True, ["MINE"], str(code))
    assert answer["imported"] == []  # a fresh interpreter imports a thousand modules, which takes half a second


def test_the_product_is_loaded_once_and_only_for_workers_of_the_same_code(group: ProcessGroup, tmp_path: Path) -> None:
    """A package named as ours is, in two versions; a worker of the second must not see the first."""
    one, two = _code(tmp_path / "one", "one"), _code(tmp_path / "two", "two")
    server = ForkServer(tmp_path / "log", group)
    try:
        assert [_answer(server, code)["version"] for code in (one, two, one)] == ["one", "two", "one"]
    finally:
        server.stop()


def test_a_server_that_was_killed_is_started_again(server: ForkServer, tmp_path: Path) -> None:
    code = _code(tmp_path / "code", "one")
    _answer(server, code)
    server._process.kill()  # noqa: SLF001 - as a machine out of memory does
    server._process.wait()  # noqa: SLF001
    assert _answer(server, code)["loaded"]


def test_forks_leave_no_descriptors_behind(server: ForkServer, tmp_path: Path) -> None:
    code = _code(tmp_path / "code", "one")
    _answer(server, code)
    before = open_descriptors()
    for _ in range(5):
        _answer(server, code)
    assert open_descriptors() <= before
