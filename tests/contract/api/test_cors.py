"""Calls from web pages: closed unless the page's origin is listed."""

from __future__ import annotations

import pytest

from fourfold.http.cors import allowed_origins
from functions.api.app import create_app
from tests.contract.api.conftest import Api

ORIGIN = "https://studio.example.com"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
}


@pytest.fixture
def opened(api: Api) -> Api:
    """The app for pages of one origin."""
    app = create_app(allowed_origins(ORIGIN))
    app.openapi = api.app.openapi  # type: ignore[method-assign]  # it takes a second to make
    return Api(app, api.machine, api.kept)


def cors_headers(headers: object) -> set[str]:
    return {name for name in headers if name.startswith("access-control")}  # type: ignore[attr-defined]


def test_by_default_no_page_may_call(api: Api) -> None:
    asked = api.call("OPTIONS", "/v1/personas", None, headers=PREFLIGHT)
    assert (asked.status_code, asked.json()["code"]) == (405, "method_not_allowed")
    assert not cors_headers(asked.headers)
    assert not cors_headers(api.call("GET", "/v1/personas", headers={"Origin": ORIGIN}).headers)


def test_a_listed_page_may_call_and_read_what_it_needs(opened: Api) -> None:
    asked = opened.call("OPTIONS", "/v1/personas", None, headers=PREFLIGHT)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    for header in ("Authorization", "Idempotency-Key", "If-Match", "Last-Event-ID"):
        assert header in asked.headers["access-control-allow-headers"]
    assert "DELETE" in asked.headers["access-control-allow-methods"]
    reply = opened.call("GET", "/v1/personas", headers={"Origin": ORIGIN})
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    exposed = reply.headers["access-control-expose-headers"]
    for header in ("Request-Id", "RateLimit", "RateLimit-Policy", "Retry-After", "ETag", "Location"):
        assert header in exposed
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    "headers",
    [
        {**PREFLIGHT, "Origin": "https://evil.example.com"},
        {**PREFLIGHT, "Origin": f"{ORIGIN}.evil.example.com"},
        {**PREFLIGHT, "Origin": "null"},
        {**PREFLIGHT, "Access-Control-Request-Method": "TRACE"},
        {**PREFLIGHT, "Access-Control-Request-Headers": "x-forwarded-for"},
    ],
)
def test_everything_else_is_refused(opened: Api, headers: dict[str, str]) -> None:
    asked = opened.call("OPTIONS", "/v1/personas", None, headers=headers)
    assert (asked.status_code, asked.json()["code"]) == (400, "cors_refused")
    assert "access-control-allow-origin" not in asked.headers
    evil = opened.call("GET", "/v1/personas", headers={"Origin": "https://evil.example.com"})
    assert "access-control-allow-origin" not in evil.headers


def test_a_page_can_read_that_something_broke(opened: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("fourfold.storage.personas.search.DynamoPersonaSearch.page", broken)
    reply = opened.call("GET", "/v1/personas", headers={"Origin": ORIGIN})
    assert reply.status_code == 500
    assert reply.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("listed", ["*", "studio.example.com", "https://a.example.com/path", "ftp://a.example.com"])
def test_what_is_no_origin_is_said(listed: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        allowed_origins(listed)


def test_origins_are_a_list() -> None:
    assert allowed_origins("") == ()
    assert allowed_origins(" https://A.example.com, http://localhost:5173 ,") == (
        "https://a.example.com",
        "http://localhost:5173",
    )
