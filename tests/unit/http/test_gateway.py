"""The prefix of a deployment, read from what API Gateway and the Web Adapter send."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourfold.http.gateway import path_prefix


@pytest.mark.parametrize(
    ("called", "path", "prefix"),
    [
        ("/prod/v1/runs/run_1", "/v1/runs/run_1", "/prod"),
        ("/prod/prod/v1", "/prod/v1", "/prod"),
        ("/prod", "/", "/prod"),
        ("/prod/", "/", "/prod"),
        ("/v1/runs/run_1", "/v1/runs/run_1", ""),  # a custom domain, mapped at its root
        ("/", "/", ""),
        ("/prod/v1/personas/%C3%A9", "/v1/personas/\xe9", "/prod"),
        ("/prod/v1/runs/run_1", "/v1/runs/run_2", ""),
        ("//evil.example/v1/runs", "/v1/runs", ""),
        ("/\r\nX: y/v1/runs", "/v1/runs", ""),
        ("https://evil.example/v1/runs", "/v1/runs", ""),
    ],
)
def test_the_prefix_is_what_precedes_the_path(called: str, path: str, prefix: str) -> None:
    assert path_prefix(json.dumps({"path": called}).encode(), path) == prefix


@pytest.mark.parametrize("context", [b"", b"null", b"[]", b'{"path": 1}', b"{}", b"\xff", b"[" * 5000])
def test_what_is_no_context_gives_no_prefix(context: bytes) -> None:
    assert path_prefix(context, "/v1/runs") == ""


@given(st.binary(max_size=200))
def test_no_bytes_break_it(context: bytes) -> None:
    assert path_prefix(context, "/v1/runs") == ""
