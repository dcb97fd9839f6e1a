"""Numbers on the command line: JSON has no NaN and no infinity, so an option must not have them either."""

from __future__ import annotations

import math

import typer


def finite(value: float | None) -> float | None:
    """The callback of an option that is a number; it returns the value.

    Raises:
        BadParameter: NaN or an infinite number.
    """
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter("must be a finite number")
    return value
