"""The key ring, and what counts as a key."""

from __future__ import annotations

import pytest

from fourfold.http.auth import KeyRing, bearer_secret
from fourfold.http.problems import ProblemError
from fourfold.storage.keys.api_keys import ApiKey

KEY = ApiKey("key_1", "org_1", "ws_1", frozenset({"personas:read"}))


class Keys:
    def __init__(self) -> None:
        self.known: dict[str, ApiKey] = {}
        self.lookups = 0

    def find(self, secret: str) -> ApiKey | None:
        self.lookups += 1
        return self.known.get(secret)


def test_a_hit_is_remembered_for_five_seconds_and_no_longer() -> None:
    keys, time = Keys(), [100.0]
    ring = KeyRing(keys.find, lambda: time[0])
    keys.known["s"] = KEY
    assert ring.caller("s") is KEY
    keys.known.clear()  # revoked
    time[0] += 4.9
    assert (ring.caller("s"), keys.lookups) == (KEY, 1)
    time[0] += 0.2
    assert ring.caller("s") is None


def test_a_miss_is_not_remembered() -> None:
    keys = Keys()
    ring = KeyRing(keys.find)
    assert ring.caller("s") is None
    keys.known["s"] = KEY
    assert ring.caller("s") is KEY


def test_the_ring_does_not_grow_without_bound() -> None:
    keys = Keys()
    ring = KeyRing(keys.find, lambda: 0.0)
    for number in range(2500):
        keys.known[str(number)] = KEY
        ring.caller(str(number))
    keys.lookups = 0
    for number in range(2500):
        ring.caller(str(number))
    assert keys.lookups >= 1500


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER   abc", " Bearer abc "])
def test_the_scheme_is_case_insensitive(header: str) -> None:
    assert bearer_secret([header]) == "abc"


@pytest.mark.parametrize("headers", [[], [""], ["abc"], ["Bearer a b"], ["Bearer é"], ["Bearer a", "Bearer a"]])
def test_anything_else_is_no_key(headers: list[str]) -> None:
    with pytest.raises(ProblemError) as refused:
        bearer_secret(headers)
    assert refused.value.problem.status == 401
