"""Prefixed, time-sortable identifiers: `per_01j...`, `run_01j...` (ULID bodies, lower-case Crockford base32)."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from ulid import ULID

PersonaId = Annotated[str, StringConstraints(pattern=r"^per_[0-9a-hjkmnp-tv-z]{26}$")]
RunId = Annotated[str, StringConstraints(pattern=r"^run_[0-9a-hjkmnp-tv-z]{26}$")]

EndpointId = Annotated[str, StringConstraints(pattern=r"^whk_[0-9a-hjkmnp-tv-z]{26}$")]
DeliveryId = Annotated[str, StringConstraints(pattern=r"^dlv_[0-9a-hjkmnp-tv-z]{26}$")]

_PERSONA_ID = re.compile(r"per_[0-9a-hjkmnp-tv-z]{26}")
_RUN_ID = re.compile(r"run_[0-9a-hjkmnp-tv-z]{26}")
_ENDPOINT_ID = re.compile(r"whk_[0-9a-hjkmnp-tv-z]{26}")
_DELIVERY_ID = re.compile(r"dlv_[0-9a-hjkmnp-tv-z]{26}")


def new_persona_id() -> str:
    """A fresh persona id; ids sort in order of creation."""
    return _prefixed("per")


def new_run_id() -> str:
    """A fresh run id; also the name of the run's state-machine execution, so it must be unique for 90 days."""
    return _prefixed("run")


def new_request_id() -> str:
    """A fresh request id, answered in the `Request-Id` header."""
    return _prefixed("req")


def new_endpoint_id() -> str:
    """A fresh id of a webhook endpoint."""
    return _prefixed("whk")


def delivery_id(event: str, endpoint: str, at: datetime) -> str:
    """The id of the delivery of an event to an endpoint: the same whenever it is asked for, sortable by `at`.

    Args:
        event: the event's id.
        endpoint: the endpoint's id.
        at: when the event occurred.
    """
    milliseconds = max(0, int(at.timestamp() * 1000))
    chance = hashlib.sha256(f"{event}\x1f{endpoint}".encode()).digest()[:10]
    return f"dlv_{str(ULID(milliseconds.to_bytes(6) + chance)).lower()}"


def first_delivery_id(at: datetime) -> str:
    """The smallest id a delivery of an event that occurred at `at` can have."""
    return f"dlv_{str(ULID(max(0, int(at.timestamp() * 1000)).to_bytes(6) + bytes(10))).lower()}"


def is_endpoint_id(text: str) -> bool:
    """Whether `text` has the form of a webhook endpoint's id (it may still name nothing)."""
    return _ENDPOINT_ID.fullmatch(text) is not None


def is_delivery_id(text: str) -> bool:
    """Whether `text` has the form of a delivery's id (it may still name nothing)."""
    return _DELIVERY_ID.fullmatch(text) is not None


def is_persona_id(text: str) -> bool:
    """Whether `text` has the form of a persona id (it may still name nothing)."""
    return _PERSONA_ID.fullmatch(text) is not None


def is_run_id(text: str) -> bool:
    """Whether `text` has the form of a run id (it may still name nothing)."""
    return _RUN_ID.fullmatch(text) is not None


def event_id(*occurrence: str) -> str:
    """The id of a bus event, derived from what happened: the same occurrence published twice has the same id.

    EventBridge delivers at least once, so consumers drop an `event_id` they have seen.
    """
    digest = hashlib.sha256("\x1f".join(occurrence).encode()).hexdigest()
    return f"evt_{digest[:26]}"


def _prefixed(prefix: str) -> str:
    return f"{prefix}_{str(ULID()).lower()}"
