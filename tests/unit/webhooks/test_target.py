"""What may be sent to, and what may not."""

from __future__ import annotations

import re
import socket

import pytest

from fourfold.webhooks.target import TargetRefusedError, checked_addresses, parse_target
from tests.unit.webhooks.hostile import (
    HOSTILE_ANSWERS,
    HOSTILE_URLS,
    ORDINARY_ANSWERS,
    ORDINARY_URLS,
    PUBLIC,
)


def test_the_table_is_as_large_as_it_claims() -> None:
    assert len(set(HOSTILE_URLS)) + len(HOSTILE_ANSWERS) >= 120
    assert len(ORDINARY_URLS) + len(ORDINARY_ANSWERS) >= 20


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_hostile_url_is_refused_before_any_look_up(url: str) -> None:
    with pytest.raises(TargetRefusedError) as refused:
        parse_target(url)
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("answer", HOSTILE_ANSWERS, ids=str)
def test_a_hostile_answer_is_refused(answer: list[str] | None) -> None:
    def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("hooks.example.com", 443)
        if answer is None:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return answer

    with pytest.raises(TargetRefusedError) as refused:
        checked_addresses(parse_target("https://hooks.example.com/"), resolve)
    assert refused.value.code == ("unresolved" if not answer else "not_public")


@pytest.mark.parametrize("url", ORDINARY_URLS)
def test_an_ordinary_url_passes(url: str) -> None:
    target = parse_target(url)
    assert checked_addresses(target, lambda _host, _port: [PUBLIC]) == [PUBLIC]
    host = re.split("[/?:]", url.removeprefix("https://"))[0]
    assert target.host == target.authority == host.lower()
    assert target.path.startswith("/")


@pytest.mark.parametrize("answer", ORDINARY_ANSWERS, ids=str)
def test_an_ordinary_answer_passes_in_the_resolvers_order(answer: list[str]) -> None:
    assert checked_addresses(parse_target("https://hooks.example.com/"), lambda _host, _port: answer) == answer


def test_path_and_query_are_kept_as_written() -> None:
    assert parse_target("https://example.com/a%2Fb/?x=%0A&y").path == "/a%2Fb/?x=%0A&y"
    assert parse_target("https://example.com?x=1").path == "/?x=1"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/hooks?a=1", "http://127.0.0.1", "http://127.0.0.1:65535/"])
def test_a_developer_may_open_the_door_to_the_own_machine(url: str) -> None:
    target = parse_target(url, allow_loopback=True)
    assert not target.secure
    assert list(checked_addresses(target, _nobody)) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        *(url for url in HOSTILE_URLS if not url.startswith("http://127.0.0.1:8080")),
        "http://localhost:8080/",
        "http://127.0.0.2:8080/",
        "http://127.1:8080/",
        "http://127.0.0.1:8080@example.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:8080 /",
        "http://127.0.0.1:8080\\@example.com/",
        "http://user@127.0.0.1:8080/",
        "HTTP://127.0.0.1:8080/",
        "https://127.0.0.1:8080/",
        "http://[::1]:8080/",
        "http://10.0.0.1:8080/",
    ],
)
def test_and_to_nothing_else(url: str) -> None:
    with pytest.raises(TargetRefusedError):
        checked_addresses(parse_target(url, allow_loopback=True), _nobody)


def _nobody(_host: str, _port: int) -> list[str]:
    raise AssertionError("nothing is looked up")
