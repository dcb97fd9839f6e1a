"""The engine answers this machine's own programs and nobody else's, above all no web page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.integration.local_server import LocalServer

SIGNED_AS_TEST = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
)
SIGNED_AS_ACCOUNT = SIGNED_AS_TEST.replace("test/", "000000000000/")


def _root(stack: LocalServer) -> dict[str, str]:
    return {"Authorization": SIGNED_AS_TEST.replace("test/", f"{stack.server.root_key}/")}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_web_page_is_refused_even_with_the_right_key(stack: LocalServer, headers: dict[str, str]) -> None:
    reply = httpx.post(f"{stack.server.engine_url}/_ministack/reset", headers={**_root(stack), **headers})

    assert reply.status_code == 403
    assert stack.aws("dynamodb").list_tables()["TableNames"]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": SIGNED_AS_TEST}, {"Authorization": SIGNED_AS_ACCOUNT}], ids=str
)
def test_nobody_is_root_without_the_key_of_this_start(stack: LocalServer, headers: dict[str, str]) -> None:
    """MiniStack takes each of these for the account's root user."""
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}

    reply = httpx.post(stack.server.engine_url, headers={**headers, **target}, content=b"{}")
    reset = httpx.post(f"{stack.server.engine_url}/_ministack/reset", headers=headers)

    assert (reply.status_code, reset.status_code) == (403, 403)
    assert stack.aws("dynamodb").list_tables()["TableNames"]


def test_a_request_that_was_on_its_way_as_the_clock_was_set_is_served(
    stack: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: earlier)
    assert stack.aws("dynamodb").list_tables()["TableNames"]


def test_both_servers_listen_on_loopback_only(stack: LocalServer) -> None:
    assert stack.server.engine_url.startswith("http://127.0.0.1:")
    assert stack.server.api_url.startswith("http://127.0.0.1:")
