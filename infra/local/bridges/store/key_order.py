"""Key values as bytes that sort as DynamoDB sorts them: strings by UTF-8, numbers by value, binaries by their bytes."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Final

_ZERO: Final = b"\x80"
_POSITIVE, _NEGATIVE = b"\x81", b"\x7f"
# DynamoDB's exponents of a leading digit are -130 to 125.
_LOWEST_EXPONENT: Final = -130


def encoded(kind: str, value: str) -> bytes:
    """A key value of the type `kind` (S, N or B), given as it is on the wire.

    Raises:
        ValueError: it is no number, or no base64.
    """
    if kind == "S":
        return value.encode()
    if kind == "B":
        return base64.b64decode(value, validate=True)
    return _number(value)


def after_prefix(prefix: bytes) -> bytes | None:
    """The least bytes greater than everything that begins with `prefix`; None where there are none."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else None


def _number(text: str) -> bytes:
    try:
        sign, digits, exponent = Decimal(text).as_tuple()
    except ArithmeticError as error:
        raise ValueError(text) from error
    significant = "".join(map(str, digits)).lstrip("0")
    if not isinstance(exponent, int):
        raise ValueError(text)  # not a number, or infinite  # noqa: TRY004 - the value is wrong, not its type
    if not significant:
        return _ZERO
    place = exponent + len(significant) - 1 - _LOWEST_EXPONENT
    # The 0 at the end sorts a number before those that have further digits.
    body = bytes([place, *(int(digit) + 1 for digit in significant.rstrip("0")), 0])
    return _NEGATIVE + bytes(255 - byte for byte in body) if sign else _POSITIVE + body
