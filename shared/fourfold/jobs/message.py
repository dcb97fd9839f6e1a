"""What a job's queue carries: a bus event about a persona, or an order of the API. Both name one run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fourfold.ids import PersonaId, RunId, derived_run_id
from fourfold.persona import Document
from fourfold.progress.run import RunKind

# A queue keeps an order this long: until then somebody may still take it up.
MESSAGE_RETENTION = timedelta(days=4)

# A flagged persona speaks and is chatted with like any other: it needs a fingerprint and a test of its limits too.
# One that is written anew has another voice.
TRIGGER_EVENTS = ("persona.created", "persona.flagged", "persona.updated")
_LAYERS = frozenset({"soul", "self", "mask", "surface"})


class JobMessage(Document):
    """One job to do. `asked`: somebody asked for it, rather than a persona's creation."""

    kind: RunKind
    run_id: RunId
    workspace_id: str
    persona_id: PersonaId
    asked: bool = False


def message_from(body: Mapping[str, Any], kind: RunKind) -> JobMessage | None:
    """The order in a queue's message. The same event, delivered again, is the same run.

    Returns:
        None for an event after which the persona speaks as before.

    Raises:
        ValueError: neither one of CAUSES nor an order of this kind.
    """
    if "detail-type" not in body:
        message = JobMessage.model_validate(body, strict=False)
        if message.kind is not kind:
            raise ValueError(f"an order for {message.kind} came to {kind}")
        return message
    if body["detail-type"] not in TRIGGER_EVENTS:
        raise ValueError(f"{body['detail-type']} starts no job")
    metadata, data = body["detail"]["metadata"], body["detail"]["data"]
    if not _changes_voice(body["detail-type"], data):
        return None
    return JobMessage(
        kind=kind,
        # Of each version that a run wrote; an imported persona has no run.
        run_id=derived_run_id(data["run_id"] or data["persona_id"], kind),
        workspace_id=metadata["workspace_id"],
        persona_id=data["persona_id"],
    )


def _changes_voice(detail_type: str, data: Mapping[str, Any]) -> bool:
    match detail_type:
        case "persona.updated":
            return not _LAYERS.isdisjoint(data["changed"])
        case "persona.flagged":  # of a later version, `persona.updated` tells
            return int(data.get("version", 1)) == 1
        case _:
            return True
