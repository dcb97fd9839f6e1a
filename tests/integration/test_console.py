"""`make up` prints a link that signs a browser in once; a real browser shows the console, where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile

import httpx
import pytest

from tests.chromium import CHROMIUM, FLAGS
from tests.integration.local_server import LocalServer, eventually


def link_of(stack: LocalServer) -> str:
    """The address that the banner names, once it is complete."""
    eventually(lambda: "Ctrl-C stops" in stack.said())
    [found] = re.findall(r"Console +(http://127\.0\.0\.1:\d+/#/sign-in/[\w-]{32})\n", stack.said())
    return str(found)


def shown(url: str) -> str:
    """The page at this address as a browser has built it."""
    with tempfile.TemporaryDirectory() as profile:
        ended = subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--virtual-time-budget=8000", "--dump-dom", url],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    return ended.stdout


def test_the_link_is_printed_first_and_its_token_is_in_no_log(stack: LocalServer) -> None:
    token = link_of(stack).rpartition("/")[2]
    said = stack.said()
    assert said.index("Console ") < said.index("API  ") < said.index("API key")
    logs = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in stack.home.root.glob("*.log")
        if path != stack.output
    ]
    assert logs
    assert not any(token in log for log in logs)
    server = stack.home.server_file.read_text(encoding="utf-8")
    assert token not in server


@pytest.mark.skipif(not shutil.which(CHROMIUM), reason="needs Chromium")
def test_a_browser_is_signed_in_by_the_link_once(stack: LocalServer) -> None:
    link = link_of(stack)
    first = shown(link)
    assert ">Personas</h1>" in first
    assert stack.api_key not in first
    again = shown(link)
    assert "The sign-in link is used or expired" in again
    assert ">Personas</h1>" not in again


def test_the_exchange_answers_this_machine_only(stack: LocalServer) -> None:
    url = f"{stack.server.api_url}/console/sign-in"
    reply = httpx.post(url, json={"token": "x"}, headers={"Host": "rebound.example.com"})
    assert reply.status_code == 404
    assert httpx.post(url, json={"token": "x"}).json()["code"] == "sign_in_link_used"
