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
BatchId = Annotated[str, StringConstraints(pattern=r"^bat_[0-9a-hjkmnp-tv-z]{26}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^key_[0-9a-z_]{1,60}$")]

EndpointId = Annotated[str, StringConstraints(pattern=r"^whk_[0-9a-hjkmnp-tv-z]{26}$")]

EvaluationId = Annotated[str, StringConstraints(pattern=r"^evl_[0-9a-hjkmnp-tv-z]{26}$")]

_PERSONA_ID = re.compile(r"per_[0-9a-hjkmnp-tv-z]{26}")
_EVALUATION_ID = re.compile(r"evl_[0-9a-hjkmnp-tv-z]{26}")
_RUN_ID = re.compile(r"run_[0-9a-hjkmnp-tv-z]{26}")
_KEY_ID = re.compile(r"key_[0-9a-z_]{1,60}")
_ENDPOINT_ID = re.compile(r"whk_[0-9a-hjkmnp-tv-z]{26}")
_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DELIVERY_ID = re.compile(r"dlv_[0-9a-hjkmnp-tv-z]{26}")


def new_persona_id() -> str:
    """Returns a new persona id. Ids sort in order of creation."""
    return prefixed_id("per")


def new_run_id() -> str:
    """Returns a new run id. It also names the Step Functions execution, whose name must be unique for 90 days."""
    return prefixed_id("run")


def new_operation_id() -> str:
    """Returns a new operation id, from which `id_from_operation` derives the ids of what the operation creates."""
    return prefixed_id("op")


def id_from_operation(prefix: str, operation_id: str) -> str:
    """Returns the id of what an operation creates, the same for every execution of the operation."""
    return f"{prefix}_{operation_id.removeprefix('op_')}"


def id_in_batch(prefix: str, batch_id: str, member: str) -> str:
    """Returns the id of a member of a batch, the same for every execution. It keeps the timestamp of the batch's id."""
    return _derived_id(prefix, batch_id, member)


def new_request_id() -> str:
    """Returns a new request id, sent in the `Request-Id` header."""
    return prefixed_id("req")


def new_session_id() -> str:
    """Returns a new chat session id."""
    return prefixed_id("ses")


def new_endpoint_id() -> str:
    """Returns a new webhook endpoint id."""
    return prefixed_id("whk")


def delivery_id(event: str, endpoint: str, at: datetime) -> str:
    """Returns the id of the delivery of an event to an endpoint. It is deterministic and sorts by `at`.

    Args:
        event: the event's id.
        endpoint: the endpoint's id.
        at: when the event occurred.
    """
    milliseconds = max(0, int(at.timestamp() * 1000))
    digest = hashlib.sha256(f"{event}\x1f{endpoint}".encode()).digest()[:10]
    return f"dlv_{str(ULID(milliseconds.to_bytes(6) + digest)).lower()}"


def min_delivery_id(at: datetime) -> str:
    """Returns the smallest possible id of a delivery of an event that occurred at `at`, as the bound of a range."""
    return f"dlv_{str(ULID(max(0, int(at.timestamp() * 1000)).to_bytes(6) + bytes(10))).lower()}"


def is_endpoint_id(text: str) -> bool:
    """Whether `text` has the form of a webhook endpoint id; the endpoint may not exist."""
    return _ENDPOINT_ID.fullmatch(text) is not None


def is_delivery_id(text: str) -> bool:
    """Whether `text` has the form of a delivery id; the delivery may not exist."""
    return _DELIVERY_ID.fullmatch(text) is not None


def is_persona_id(text: str) -> bool:
    """Whether `text` has the form of a persona id; the persona may not exist."""
    return _PERSONA_ID.fullmatch(text) is not None


def is_evaluation_id(text: str) -> bool:
    """Whether `text` has the form of an evaluation id; the evaluation may not exist."""
    return _EVALUATION_ID.fullmatch(text) is not None


def is_run_id(text: str) -> bool:
    """Whether `text` has the form of a run id; the run may not exist."""
    return _RUN_ID.fullmatch(text) is not None


def is_session_id(text: str) -> bool:
    """Whether `text` has the form of a session id, which may be the caller's own; the session may not exist."""
    return _SESSION_ID.fullmatch(text) is not None


def is_key_id(text: str) -> bool:
    """Whether `text` has the form of an API key id. The development key's is `key_local`."""
    return _KEY_ID.fullmatch(text) is not None


def first_id(prefix: str, moment: datetime) -> str:
    """Returns the lowest id that can have been made at `moment`, to the millisecond, as the bound of a range."""
    seconds = min(max(moment.timestamp(), 0.0), _MAX_TIMESTAMP)
    return f"{prefix}_{str(ULID.from_timestamp(seconds)).lower()[:10]}{'0' * 16}"


def id_created_at(identifier: str) -> datetime:
    """Returns the creation time encoded in an id, to the millisecond."""
    return ULID.from_str(identifier.partition("_")[2].upper()).datetime


def event_id(*occurrence: str) -> str:
    """Returns the id of a bus event, derived from its occurrence: publishing it twice gives the same id.

    EventBridge delivers at least once, so consumers drop an `event_id` that they have processed.
    """
    digest = hashlib.sha256("\x1f".join(occurrence).encode()).hexdigest()
    return f"evt_{digest[:26]}"


def derived_run_id(cause: str, kind: str) -> str:
    """Returns the id of the job run of `kind` that the run `cause` triggers. It is deterministic.

    It keeps the timestamp of `cause`, so that a persona's runs sort by start time.
    """
    return _derived_id("run", cause, kind)


def cell_id(prefix: str, evaluation_id: str, brief: int, side: str) -> str:
    """Returns the id of the run or the persona that one arm of an evaluation makes of one brief. It is deterministic.

    It keeps the timestamp of the evaluation.
    """
    return _derived_id(prefix, evaluation_id, f"{brief}/{side}")


def cell_ids(prefix: str, evaluation_id: str) -> tuple[str, str]:
    """Returns the bounds between which the ids of an evaluation's cells are; see `cell_id`."""
    common = f"{prefix}_{evaluation_id.partition('_')[2][:10]}"
    return f"{common}{'0' * 16}", f"{common}{'z' * 16}"


def _derived_id(prefix: str, origin: str, what: str) -> str:
    """Returns an id with the timestamp of the id `origin`, and a body derived from `origin` and `what`."""
    digest = int.from_bytes(hashlib.sha256(f"{what}\x1f{origin}".encode()).digest()[:10], "big")
    tail = "".join(_BASE32[digest >> 5 * index & 31] for index in range(16))
    return f"{prefix}_{origin.partition('_')[2][:10]}{tail}"


# The last moment that lists are kept for: the end of the year 9998.
_MAX_TIMESTAMP = 253_370_764_799.0
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def prefixed_id(prefix: str) -> str:
    """Returns a new id with a prefix such as `per` or `run`. Ids with the same prefix sort in order of creation."""
    return f"{prefix}_{str(ULID()).lower()}"
