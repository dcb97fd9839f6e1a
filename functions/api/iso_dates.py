"""Dates and times in requests: ISO 8601 alone.

Pydantic also reads numbers, as seconds since 1970, so `to=0` would be a day in 1970.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_BEGINS: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _iso(value: object) -> object:
    if not isinstance(value, date) and not (isinstance(value, str) and _BEGINS.match(value)):
        raise PydanticCustomError("not_a_date", "Must be a date or time in ISO 8601, such as 2026-05-31")
    return value


IsoDate = Annotated[date, BeforeValidator(_iso)]
IsoDatetime = Annotated[AwareDatetime, BeforeValidator(_iso)]
