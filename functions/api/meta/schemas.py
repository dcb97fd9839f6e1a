"""The API's version, and the reply model of the health route."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

VERSION = "0.1.0"


class Health(BaseModel):
    """Liveness of the process. Dependencies are not checked."""

    status: Literal["ok"] = "ok"
    version: str
