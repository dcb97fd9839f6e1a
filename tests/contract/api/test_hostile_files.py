"""Files made to cost: refused in bounded time and memory, with few faults told, while others are served."""

from __future__ import annotations

import base64
import json
import threading
import time
import zlib
from typing import Any

import httpx
import pytest

from fourfold.http.problems import MAX_FAULTS
from tests.contract.api.conftest import KEY, Api, Live
from tests.contract.api.file_parts import CARD, chunk, persona_file

MOST_CPU_SECONDS = 1.5
MOST_REPLY_BYTES = 16_000
# CPU seconds of this process, server included, while another request is answered.
MOST_HEALTH_SECONDS = 0.5


def _png(*chunks: bytes) -> bytes:
    header = chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + b"".join(chunks) + chunk(b"IEND", b"")


def _many(item: str, count: int) -> str:
    return ",".join([item] * count)


FILES = {
    "wrong findings": persona_file(f'"audit": {{"findings": [{_many("1", 1_300_000)}]}}'),
    "wrong values": persona_file(f'"self": {{"values": [{_many("{}", 1_000_000)}]}}'),
    "unknown fields": persona_file(f'"soul": {{{",".join(f"{chr(34)}{n:06d}{chr(34)}:1" for n in range(300_000))}}}'),
    "empty lists in a card": CARD % f'"tags": [{_many("[]", 1_300_000)}]'.encode(),
    "empty objects": f'{{"spec": "fourfold_persona", "data": [{_many("{}", 1_200_000)}]}}'.encode(),
    "depth": b'{"spec": "fourfold_persona", "data": ' + b"[" * 2_000_000,
    "depth that is closed": b'{"data": ' + b"[" * 900 + b"]" * 900 + b"}",
    "one long text": persona_file(f'"intent": "{"x" * 4_000_000}"'),
    "numbers": f'{{"spec": "fourfold_persona", "data": [{_many("1e5", 900_000)}]}}'.encode(),
}
PICTURES = {
    "empty chunks": _png(*[chunk(b"teXt", b"")] * 340_000),
    "a card of wrong items": _png(
        chunk(b"tEXt", b"ccv3\0" + base64.b64encode(CARD % f'"mask": [{_many("1", 1_200_000)}]'.encode()))
    ),
}
HOSTILE = [
    *((name, content, "application/json") for name, content in FILES.items()),
    *((name, content, "image/png") for name, content in PICTURES.items()),
]


@pytest.mark.parametrize(
    ("name", "content", "media_type"), HOSTILE, ids=lambda value: value[:24] if isinstance(value, str) else ""
)
def test_a_hostile_file_is_refused_briefly_and_soon(api: Api, name: str, content: bytes, media_type: str) -> None:
    assert len(content) < 4 * 1024 * 1024, name
    before = time.process_time()
    reply = api.call("POST", "/v1/personas/import", content=content, headers={"Content-Type": media_type})
    assert time.process_time() - before < MOST_CPU_SECONDS
    assert reply.status_code in {400, 422}
    assert len(reply.content) < MOST_REPLY_BYTES
    assert 1 <= len(reply.json()["errors"]) <= MAX_FAULTS
    assert api.nothing_happened()


def test_of_many_faults_the_first_are_told_and_that_there_are_more(api: Api) -> None:
    body: dict[str, Any] = {"intent": "x", **{f"u{number}": 1 for number in range(4_500)}}
    reply = api.call("POST", "/v1/personas", json=body)
    assert reply.status_code == 422
    assert len(reply.json()["errors"]) == MAX_FAULTS
    assert "there are more" in reply.json()["detail"]
    few = api.call("POST", "/v1/personas", json={"intent": "x", "a": 1, "b": 2})
    assert len(few.json()["errors"]) == 2
    assert "there are more" not in few.json()["detail"]


def test_a_body_of_countless_values_is_refused_before_it_is_looked_at(api: Api) -> None:
    reply = api.call(
        "POST",
        "/v1/personas",
        content=json.dumps({"intent": [0] * 20_000}).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert [error["code"] for error in reply.json()["errors"]] == ["too_many_values"]


def test_others_are_served_while_a_hostile_file_is_read(live: Live) -> None:
    waits: list[float] = []
    done = threading.Event()

    def watch() -> None:
        with httpx.Client(base_url=live.url) as client:
            while not done.is_set():
                began = time.process_time()
                assert client.get("/v1/health").status_code == 200
                waits.append(time.process_time() - began)
                time.sleep(0.01)

    watching = threading.Thread(target=watch)
    watching.start()
    with live.client(KEY) as client:
        for name in ("wrong findings", "unknown fields", "empty lists in a card"):
            reply = client.post(
                "/v1/personas/import", content=FILES[name], headers={"Content-Type": "application/json"}
            )
            assert reply.status_code == 422
    done.set()
    watching.join()
    assert max(waits) < MOST_HEALTH_SECONDS
