"""Numbers of a measure as a reader sees them. The commands use this too, so it imports no settings and no models."""

from __future__ import annotations

import math
from typing import Final

NONE: Final = "-"
_LEAST_P: Final = 0.001
_MS: Final = 1000
_USD_DIGITS: Final = 4
_MOST_DIGITS: Final = 6  # the cost of a run is known to the millionth


def amount(value: float | None, unit: str, *, signed: bool = False, beside: float | None = None) -> str:
    """A value in its unit; a share as a percentage, without the unit's words.

    A small sum of USD has as many decimals as `beside` needs, itself if None.
    """
    if value is None:
        return NONE
    sign = "+" if signed else ""
    match unit:
        case "USD":
            return _rounded(value, sign, _usd_digits(value if beside is None else beside))
        case "tokens":
            return _rounded(value, f"{sign},", 0)
        case "ms":
            return f"{_rounded(value / _MS, sign, 1)} s"
        case _ if unit.startswith("share"):
            return f"{_rounded(100 * value, sign, 1)} %"
        case _:
            return _rounded(value, sign, 2)


def _usd_digits(value: float) -> int:
    """Four decimals, or up to six where fewer would not show two digits of the amount."""
    return _USD_DIGITS if value == 0 else min(_MOST_DIGITS, max(_USD_DIGITS, 1 - math.floor(math.log10(abs(value)))))


def _rounded(value: float, style: str, digits: int) -> str:
    """The number with its sign, or zero without one."""
    rounded = round(value, digits)
    return f"{0.0:{style.replace('+', '')}.{digits}f}" if rounded == 0 else f"{rounded:{style}.{digits}f}"


def least_mean(*means: float | None) -> float:
    """The size of the smallest mean that is not zero, whose decimals a table of them needs; 0 without one."""
    return min((abs(mean) for mean in means if mean), default=0.0)


def probability(p: float | None) -> str:
    """A p-value."""
    if p is None:
        return NONE
    return f"< {_LEAST_P}" if p < _LEAST_P else f"{p:.3f}"
