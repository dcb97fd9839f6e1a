"""Addresses as people type them."""

from __future__ import annotations

import pytest

from fourfold.models.compatible_address import BadAddressError, base_url, root_of


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/api", "http://127.0.0.1:11434/v1"),
        (" http://127.0.0.1:11434/v1\n", "http://127.0.0.1:11434/v1"),
        ('"http://127.0.0.1:11434/v1"', "http://127.0.0.1:11434/v1"),
        ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("localhost:8080/v1", "http://localhost:8080/v1"),
        ("192.168.1.7:8080", "http://192.168.1.7:8080/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("llm.local:8080", "http://llm.local:8080/v1"),
        ("api.example.com/openai/v1", "https://api.example.com/openai/v1"),
        ("https://api.example.com/v1beta/openai/", "https://api.example.com/v1beta/openai"),
        ("https://api.example.com/v1?x=1#y", "https://api.example.com/v1"),
    ],
)
def test_what_was_meant(typed: str, url: str) -> None:
    assert base_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "http://", "http:///v1", "http:/127.0.0.1/v1", "htp//127.0.0.1/v1", "ftp://x/v1"),
        *("http://127.0.0.1: 8080/v1", "http://x:99999/v1", "http://x:y"),
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(BadAddressError):
        base_url(typed)


def test_the_root_is_above_the_version() -> None:
    assert root_of("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080"
    assert root_of("https://api.example.com/openai/v1") == "https://api.example.com/openai"
