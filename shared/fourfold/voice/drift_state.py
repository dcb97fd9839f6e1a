"""The drift state of a chat session, apart from what computes it: functions without numpy read sessions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fourfold.persona import Document


class DriftState(Document):
    """Drift state of a session: CUSUM (>= 0), number of replies seen and scored, and the last RECENT_REPLIES texts."""

    cusum: Annotated[float, Field(ge=0.0)] = 0.0
    replies: int = 0
    scored: int = 0
    recent: tuple[str, ...] = ()
