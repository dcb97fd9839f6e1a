"""Key values sort as bytes as DynamoDB sorts them."""

from __future__ import annotations

import base64
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.bridges.store.key_order import after_prefix, encoded

NUMBERS = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.integers(-130, 80),
)


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_numbers_sort_by_value(one: Decimal, other: Decimal) -> None:
    keys = [encoded("N", str(number)) for number in (one, other)]
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (one < other, one == other)


@pytest.mark.parametrize("texts", [("0", "-0", "0.0"), ("10", "1e1", "10.00"), ("-0.5", "-.5", "-5E-1")])
def test_a_number_has_one_key_however_it_is_written(texts: tuple[str, ...]) -> None:
    assert len({encoded("N", text) for text in texts}) == 1


@settings(deadline=None)
@given(st.text(), st.text())
def test_strings_sort_by_utf_8(one: str, other: str) -> None:
    keys = [encoded("S", text) for text in (one, other)]
    assert (keys[0] < keys[1]) == (one.encode() < other.encode())


@settings(deadline=None)
@given(st.binary(min_size=1), st.binary())
def test_what_begins_with_a_prefix_lies_before_its_end(prefix: bytes, rest: bytes) -> None:
    end = after_prefix(prefix)
    whole = encoded("B", base64.b64encode(prefix + rest).decode())
    assert prefix <= whole
    assert end is None or whole < end
    if end is not None and not rest.startswith(prefix):
        assert (rest >= prefix) == (rest >= end)


@pytest.mark.parametrize(("kind", "value"), [("N", "NaN"), ("N", "Infinity"), ("N", "1e400"), ("N", "x"), ("B", "*")])
def test_what_is_no_key_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the library's
        encoded(kind, value)
