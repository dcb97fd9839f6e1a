"""The console: what its page forbids a browser, how its files are sent, what its sources may not use, who signs in."""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fourfold.http import edge
from fourfold.persona import Archetype, AttachmentStyle, Register, SchwartzValue
from fourfold.progress.run import RunKind
from fourfold.webhooks.endpoint import KNOWN_EVENTS
from functions.api.console.assets import assets, version
from functions.api.console.sign_in import SignInLink
from tests.contract.api.conftest import Api

STATIC = Path(__file__).parents[3] / "functions" / "api" / "console" / "static"
SOURCES = sorted(STATIC.glob("*.js"))
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding": "gzip, br"}
MOST_LINES = 350
FIRST_SCREEN_BYTES = 150_000
TOKEN, API_KEY = "a-token-of-one-use", "ff_test_of_the_link"
LOCAL = {"Host": "127.0.0.1:8000"}
# What makes markup or code of text, keeps a key longer than a tab, or leaves the origin.
FORBIDDEN = (
    r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|setHTML",
    r"\beval\(|new Function|import\([^\"]|javascript:|setAttribute\(\"style|[\s{,]style:",
    r"localStorage|document\.cookie|indexedDB",
    r"https?://(?!www\.w3\.org/2000/svg|example\.com/)",
)


def page(api: Api, **headers: str) -> httpx.Response:
    return api.call("GET", "/", key=None, headers={**BROWSER, **headers})


def directives(reply: httpx.Response) -> dict[str, list[str]]:
    policy = [part.split() for part in reply.headers["content-security-policy"].split(";")]
    return {name: values for name, *values in policy}


def test_a_browser_gets_the_console_and_other_clients_the_documentation(api: Api) -> None:
    reply = page(api)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.headers["cache-control"] == "no-cache"
    for accept in ("*/*", "application/json", "text/html;q=0, */*"):
        other = api.call("GET", "/", key=None, headers={"Accept": accept})
        assert (other.status_code, other.headers["location"], other.headers["vary"]) == (307, "docs", "Accept")


def test_the_page_forbids_foreign_and_inline_code_and_frames(api: Api) -> None:
    reply = page(api)
    policy = directives(reply)
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["img-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "wss://abcdef1234.execute-api.eu-central-1.amazonaws.com"]
    assert policy["frame-ancestors"] == policy["form-action"] == policy["trusted-types"] == ["'none'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "blob:"} & {
        each for every in policy.values() for each in every
    }
    assert reply.headers["x-frame-options"] == "DENY"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", reply.text)


def test_the_documentation_cannot_be_framed_either(api: Api) -> None:
    assert directives(api.call("GET", "/docs", key=None))["frame-ancestors"] == ["'none'"]


def test_the_page_names_files_that_exist_and_never_change_under_their_address(api: Api) -> None:
    named = re.findall(r'(?:href|src)="(console/[^"]+)"', page(api).text)
    assert len(named) > 10
    for name in named:
        reply = api.call("GET", f"/{name}", key=None, headers=BROWSER)
        assert reply.status_code == 200, name
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers["content-encoding"] == "gzip"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.content == (STATIC / name.rpartition("/")[2]).read_bytes()


def test_a_file_of_another_version_or_outside_the_console_is_404(api: Api) -> None:
    for path in (
        "/console/0123456789abcdef/app.js",
        f"/console/{version()}/index.html",
        f"/console/{version()}/..%2Froutes.py",
    ):
        assert api.call("GET", path, key=None).status_code == 404


def test_a_client_without_gzip_gets_the_file_as_it_is(api: Api) -> None:
    path = f"/console/{version()}/app.js"
    plain = api.call("GET", path, key=None, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == (STATIC / "app.js").read_bytes()


def test_behind_a_gateway_the_addresses_begin_with_the_stage(api: Api) -> None:
    reply = page(api, **{"x-amzn-request-context": json.dumps({"path": "/prod/"})})
    assert '<base href="/prod/">' in reply.text
    assert not re.search(r'(?:href|src)="/(?!prod/)', reply.text)


def modules_of(name: str) -> set[str]:
    """The modules that a module imports at once, with those that they import."""
    found: set[str] = set()
    new = {name}
    while new:
        found |= new
        texts = [(STATIC / each).read_text(encoding="utf-8") for each in new]
        new = {
            each for text in texts for each in re.findall(r'^import .* from "\./([^"]+)";', text, re.MULTILINE)
        } - found
    return found


def test_the_first_screen_is_small() -> None:
    modules = modules_of("app.js") | modules_of("people.js")
    names = {*modules, "icon.svg", *(path.name for path in STATIC.glob("*.css"))}
    weight = sum(len(assets()[name].compressed) for name in names)
    weight += len(gzip.compress((STATIC / "index.html").read_bytes()))
    assert weight < FIRST_SCREEN_BYTES


def test_the_page_asks_at_once_for_every_module_of_the_first_screen() -> None:
    named = set(re.findall(r'console/\{version\}/([^"]+\.js)"', (STATIC / "index.html").read_text(encoding="utf-8")))
    assert named == modules_of("app.js") | modules_of("people.js")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_source_makes_no_markup_of_text_and_imports_what_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern in FORBIDDEN:
        assert not re.search(pattern, text), pattern
    assert re.match(r"// [A-Z].+\.\n", text), "its first line says in a sentence what it holds"
    assert len(text.splitlines()) < MOST_LINES
    for names, source in re.findall(r'import \{([^}]+)\} from "\./([^"]+)";', text):
        exported = (STATIC / source).read_text(encoding="utf-8")
        for name in (each.strip() for each in names.split(",")):
            assert re.search(rf"^export (?:async )?(?:function\*?|const|class) {name}\b", exported, re.MULTILINE), name
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{name} is not used"
    for source in re.findall(r'import\("\./([^"]+)"\)', text):
        assert (STATIC / source).exists()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ARCHETYPES", Archetype),
        ("ATTACHMENT_STYLES", AttachmentStyle),
        ("REGISTERS", Register),
        ("SCHWARTZ_VALUES", SchwartzValue),
        ("EVENTS", KNOWN_EVENTS),
        ("RUN_KINDS", RunKind),
    ],
)
def test_the_lists_of_the_console_are_the_products(name: str, values: Iterable[str]) -> None:
    text = (STATIC / "vocabularies.js").read_text(encoding="utf-8")
    listed = re.search(rf"export const {name} = \[([^\]]+)\]", text)
    assert listed is not None
    assert re.findall(r'"([\w.]+)"', listed[1]) == [str(each) for each in values]


@pytest.fixture
def link(api: Api) -> list[float]:
    """A sign-in link that expires at 100; the list holds the time."""
    now = [0.0]
    api.app.state.sign_in_link = SignInLink(TOKEN, API_KEY, 100.0, lambda: now[0])
    return now


def sign_in(api: Api, token: str = TOKEN, **headers: str) -> httpx.Response:
    return api.call("POST", "/console/sign-in", key=None, json={"token": token}, headers={**LOCAL, **headers})


@pytest.mark.usefixtures("link")
def test_a_link_signs_in_once(api: Api) -> None:
    first = sign_in(api)
    assert (first.status_code, first.json(), first.headers["cache-control"]) == (200, {"api_key": API_KEY}, "no-store")
    again = sign_in(api)
    assert (again.status_code, again.json()["code"]) == (403, "sign_in_link_used")


@pytest.mark.usefixtures("link")
def test_a_wrong_token_does_not_use_the_link_up(api: Api) -> None:
    assert sign_in(api, token="a-token-of-no-use").status_code == 403
    assert sign_in(api).status_code == 200


def test_a_link_expires(api: Api, link: list[float]) -> None:
    link[0] = 100.0
    assert sign_in(api).json()["code"] == "sign_in_link_used"
    link[0] = 0.0
    assert sign_in(api).status_code == 403, "an expired link is not valid again"


@pytest.mark.usefixtures("link")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "fourfold.example.com"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": "rebound.example.com:8000", "Origin": "http://rebound.example.com:8000"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
    ],
    ids=["host", "similar host", "rebound", "origin", "opaque origin"],
)
def test_a_link_is_of_no_use_from_elsewhere(api: Api, headers: dict[str, str]) -> None:
    assert sign_in(api, **headers).status_code == 404
    assert sign_in(api, Origin="http://localhost:8000").status_code == 200


@pytest.mark.usefixtures("link")
def test_a_link_is_of_no_use_to_another_machine(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    away = httpx.ASGITransport(app=api.app, client=("192.0.2.7", 40000))
    client = httpx.AsyncClient(transport=away, base_url="http://127.0.0.1:8000")
    monkeypatch.setattr(api, "client", lambda _key: client)
    assert sign_in(api).status_code == 404


def test_a_deployment_has_no_links(api: Api) -> None:
    assert sign_in(api).status_code == 404


@pytest.mark.usefixtures("link")
@pytest.mark.parametrize("body", [{}, {"token": 7}, {"token": "x" * 201}, {"token": TOKEN, "more": 1}], ids=str)
def test_a_malformed_exchange_is_refused_and_uses_nothing(api: Api, body: dict[str, Any]) -> None:
    assert api.call("POST", "/console/sign-in", key=None, json=body, headers=LOCAL).status_code == 422
    assert sign_in(api).status_code == 200


@pytest.mark.usefixtures("link")
def test_neither_token_nor_key_is_logged(api: Api) -> None:
    lines = io.StringIO()
    handler = edge.logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(lines)
    try:
        assert [sign_in(api).status_code, sign_in(api).status_code] == [200, 403]
    finally:
        handler.setStream(before or sys.stdout)
    assert lines.getvalue().count("/console/sign-in") == 2
    assert TOKEN not in lines.getvalue()
    assert API_KEY not in lines.getvalue()
