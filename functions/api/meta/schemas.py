"""The API's version, and the reply model of the health route."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

VERSION = "0.1.0"


class Health(BaseModel):
    """Liveness of the process, and whether changes can be stored.

    On AWS no dependency is checked and `status` is always `ok`. A local server answers `degraded` while its disk
    refuses changes: reads work, writes answer 507.
    """

    status: Literal["ok", "degraded"] = "ok"
    version: str
    reason: str | None = Field(default=None, description="Why the status is degraded.")
