"""The API's version, and what the health route answers with."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

VERSION = "0.1.0"


class Health(BaseModel):
    """The process serves; it says nothing about what stands behind it."""

    status: Literal["ok"] = "ok"
    version: str
