"""While a hostile request is handled, `GET /v1/health` of others is answered as if it were not there."""

from __future__ import annotations

import base64
import itertools
import json
import threading
import time
import zlib
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from fourfold.http.problems import MAX_FAULTS
from functions.api.provocation_tests.examples import OWN_TEST
from tests.contract.api.conftest import FULL_KEY, Live
from tests.contract.api.file_parts import CARD, chunk, persona_file

# The bound of a quiet machine; on a busy one, what the same requests take without a hostile one is added.
MOST_HEALTH_SECONDS = 0.2
ATTEMPTS = 3
MOST_REPLY_BYTES = 16_000
NO_PERSONA = "/v1/personas/per_00000000000000000000000000"


def picture(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + b"".join(chunks) + chunk(b"IEND", b"")


MANY = ",".join
IMPORTS: dict[str, tuple[bytes, str]] = {
    "1.3 million wrong findings": (
        persona_file(f'"audit": {{"findings": [{MANY(["1"] * 1_300_000)}]}}'),
        "application/json",
    ),
    "1.3 million empty lists in a card": (CARD % f'"tags": [{MANY(["[]"] * 1_300_000)}]'.encode(), "application/json"),
    "340,000 chunks": (picture(*[chunk(b"teXt", b"")] * 340_000), "image/png"),
    "a card of a million items in a picture": (
        picture(chunk(b"tEXt", b"ccv3\0" + base64.b64encode(CARD % f'"mask": [{MANY(["1"] * 1_200_000)}]'.encode()))),
        "image/png",
    ),
    "40,000 texts with an escape": (
        persona_file(f'"values": [{MANY([json.dumps(chr(27))] * 40_000)}]'),
        "application/json",
    ),
    "600 texts that unpack to 4 MB": (
        picture(*[chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(bytes(4_000_000), 9))] * 600),
        "image/png",
    ),
    "depth": (b'{"spec": "fourfold_persona", "data": ' + b"[" * 2_000_000, "application/json"),
}
UNKNOWN = {"intent": "x", **{f"f{number:04}": 1 for number in range(4_500)}}
DOTS = "." * 7990 + "x"
BODIES: dict[str, tuple[str, str, Any]] = {
    "4,500 unknown fields": ("POST", "/v1/personas", UNKNOWN),
    "5,000 unknown settings": (
        "POST",
        "/v1/personas",
        {"intent": "x", "config": dict.fromkeys(map(str, range(5_000)), 1)},
    ),
    "drift of dots": ("POST", f"{NO_PERSONA}/drift", {"reply": DOTS}),
    "drift of 7 texts of dots": ("POST", f"{NO_PERSONA}/drift", {"replies": [DOTS] * 7}),
    "a message of dots": ("POST", f"{NO_PERSONA}/chat", {"message": DOTS}),
    "a slot that is never closed": (
        "PUT",
        f"/v1/provocation/tests/{OWN_TEST['id']}",
        {**OWN_TEST, "conversations": [{"turns": [{"say": "{{" + " " * 3990}]}]},
    ),
    "600 operations on unknown settings": (
        "PATCH",
        "/v1/config",
        {"ops": [{"op": "set", "key": f"engine.pipeline.audit.min_overall_scor{n}", "value": 1} for n in range(600)]},
    ),
    "1,400 messages": (
        "POST",
        "/v1/openai/chat/completions",
        {"model": "x", "messages": [{"role": "user", "content": "x"}] * 1_400},
    ),
}
HEADERS = itertools.product(
    ["If-Match", "Prefer", "Accept", "Idempotency-Key", "Authorization"],
    ['"a"' + " " * 8_000 + "x", '"a",' * 2_000, "wait=" * 1_600],
)


def first_in_the_gate(cases: Iterable[Any]) -> list[Any]:
    """Each takes about two seconds: one runs in the gate, the others in the part `hostile`."""
    first, *others = (each if isinstance(each, tuple) else (each,) for each in cases)
    return [pytest.param(*first), *(pytest.param(*each, marks=pytest.mark.deep(part="hostile")) for each in others)]


def health_while(live: Live, hostile: httpx.Request | None) -> tuple[list[float], httpx.Response | None]:
    """The seconds that each request for the health took, sent one after another until `hostile` is answered."""
    replies: list[httpx.Response] = []

    def send() -> None:
        with live.client(FULL_KEY) as client:
            if hostile is not None:
                replies.append(client.send(hostile))

    sender = threading.Thread(target=send)
    took: list[float] = []
    with httpx.Client(base_url=live.url, timeout=60) as client:
        client.get("/v1/health")
        sender.start()
        while sender.is_alive() or len(took) < 20:
            before = time.perf_counter()
            assert client.get("/v1/health").status_code == 200
            took.append(time.perf_counter() - before)
            time.sleep(0.005)
    sender.join()
    return took, replies[0] if replies else None


def require_undisturbed(live: Live, hostile: httpx.Request) -> httpx.Response:
    """A request that holds others up does so each time, other work of the machine not: the best of three counts."""
    slowest: list[tuple[float, float]] = []
    for _ in range(ATTEMPTS):
        quiet, _ = health_while(live, None)
        took, reply = health_while(live, hostile)
        slowest.append((max(took), max(quiet)))
        if max(took) < MOST_HEALTH_SECONDS + 3 * max(quiet):
            break
    else:
        raise AssertionError(slowest)
    assert reply is not None
    assert len(reply.content) < MOST_REPLY_BYTES
    if "errors" in reply.json():
        assert 1 <= len(reply.json()["errors"]) <= MAX_FAULTS
    return reply


@pytest.mark.parametrize("name", first_in_the_gate(IMPORTS))
def test_while_a_hostile_file_is_read(live: Live, name: str) -> None:
    content, media_type = IMPORTS[name]
    assert len(content) < 4 * 1024 * 1024
    with live.client(FULL_KEY) as client:
        request = client.build_request(
            "POST", "/v1/personas/import", content=content, headers={"Content-Type": media_type}
        )
    assert require_undisturbed(live, request).status_code in {400, 422}


@pytest.mark.parametrize("name", first_in_the_gate(BODIES))
def test_while_a_hostile_body_is_read(live: Live, name: str) -> None:
    method, path, body = BODIES[name]
    content = json.dumps(body).encode()
    assert len(content) <= 64 * 1024
    headers = {"Content-Type": "application/json"}
    with live.client(FULL_KEY) as client:
        request = client.build_request(method, path, content=content, headers=headers)
    assert require_undisturbed(live, request).status_code < 500


@pytest.mark.parametrize(("header", "value"), first_in_the_gate(HEADERS))
def test_while_a_hostile_header_is_read(live: Live, header: str, value: str) -> None:
    headers = {"Authorization": f"Bearer {FULL_KEY}", header: value, "Content-Type": "application/json"}
    request = httpx.Request("PATCH", f"{live.url}{NO_PERSONA}", headers=headers, content=b"{}")
    assert require_undisturbed(live, request).status_code < 500
