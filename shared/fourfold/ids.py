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
KeyId = Annotated[str, StringConstraints(pattern=r"^key_[0-9a-z_]{1,60}$")]

EndpointId = Annotated[str, StringConstraints(pattern=r"^whk_[0-9a-hjkmnp-tv-z]{26}$")]

_PERSONA_ID = re.compile(r"per_[0-9a-hjkmnp-tv-z]{26}")
_RUN_ID = re.compile(r"run_[0-9a-hjkmnp-tv-z]{26}")
_KEY_ID = re.compile(r"key_[0-9a-z_]{1,60}")
_ENDPOINT_ID = re.compile(r"whk_[0-9a-hjkmnp-tv-z]{26}")
_DELIVERY_ID = re.compile(r"dlv_[0-9a-hjkmnp-tv-z]{26}")


def new_persona_id() -> str:
    """A fresh persona id; ids sort in order of creation."""
    return prefixed_id("per")


def new_run_id() -> str:
    """A fresh run id; also the name of the run's state-machine execution, so it must be unique for 90 days."""
    return prefixed_id("run")


def new_operation_id() -> str:
    """A fresh name for one piece of work; what the work makes may be named after it (`id_from_operation`)."""
    return prefixed_id("op")


def id_from_operation(prefix: str, operation_id: str) -> str:
    """The id of what an operation makes: the same whenever the operation is executed again."""
    return f"{prefix}_{operation_id.removeprefix('op_')}"


def new_request_id() -> str:
    """A fresh request id, answered in the `Request-Id` header."""
    return prefixed_id("req")


def new_session_id() -> str:
    """A fresh id of a chat session."""
    return prefixed_id("ses")


def new_endpoint_id() -> str:
    """A fresh id of a webhook endpoint."""
    return prefixed_id("whk")


def delivery_id(event: str, endpoint: str, at: datetime) -> str:
    """The id of the delivery of an event to an endpoint: the same whenever it is asked for, sortable by `at`.

    Args:
        event: the event's id.
        endpoint: the endpoint's id.
        at: when the event occurred.
    """
    milliseconds = max(0, int(at.timestamp() * 1000))
    digest = hashlib.sha256(f"{event}\x1f{endpoint}".encode()).digest()[:10]
    return f"dlv_{str(ULID(milliseconds.to_bytes(6) + digest)).lower()}"


def min_delivery_id(at: datetime) -> str:
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


def is_key_id(text: str) -> bool:
    """Whether `text` has the form of an API key's id; `key_local` is the development key's."""
    return _KEY_ID.fullmatch(text) is not None


def id_created_at(identifier: str) -> datetime:
    """When an id of this form was made, to the millisecond."""
    return ULID.from_str(identifier.partition("_")[2].upper()).datetime


def event_id(*occurrence: str) -> str:
    """The id of a bus event, derived from what happened: the same occurrence published twice has the same id.

    EventBridge delivers at least once, so consumers drop an `event_id` they have seen.
    """
    digest = hashlib.sha256("\x1f".join(occurrence).encode()).hexdigest()
    return f"evt_{digest[:26]}"


def derived_run_id(cause: str, kind: str) -> str:
    """The id of the job run of `kind` that the run `cause` set off: whoever derives it, and however often, it is one.

    It keeps the time of `cause`, so that a persona's runs still sort by their beginning.
    """
    digest = int.from_bytes(hashlib.sha256(f"{kind}\x1f{cause}".encode()).digest()[:10], "big")
    tail = "".join(_BASE32[digest >> 5 * index & 31] for index in range(16))
    return f"run_{cause[4:14]}{tail}"


_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def prefixed_id(prefix: str) -> str:
    """A fresh id of one kind of thing, such as `per` or `run`; ids of a kind sort in order of creation."""
    return f"{prefix}_{str(ULID()).lower()}"
