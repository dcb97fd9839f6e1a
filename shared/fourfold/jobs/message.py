"""The messages of a job queue: a bus event about a persona, or a request of the API. Each identifies one run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from fourfold.ids import PersonaId, RunId, derived_run_id
from fourfold.persona import Document
from fourfold.progress.run import RunKind

# The retention of the queue: a message may be received until then.
MESSAGE_RETENTION = timedelta(days=14)

# A flagged persona can chat like an active one, so it also needs a fingerprint and tests. One that a run has updated
# may have a new voice. An edit by hand spends nothing: its author asks for the jobs (decision 50).
TRIGGER_EVENTS = ("persona.created", "persona.flagged", "persona.updated")
_LAYERS = frozenset({"soul", "self", "mask", "surface"})


class JobMessage(Document):
    """A job to run. `asked` is true if an API request started it, false if an event did."""

    kind: RunKind
    run_id: RunId
    workspace_id: str
    persona_id: PersonaId
    asked: bool = False


def message_from(body: Mapping[str, Any], kind: RunKind, requested: Collection[RunKind] = ()) -> JobMessage | None:
    """Parses a message of the queue of `kind`, which also takes job messages of the kinds `requested`.

    An event that is delivered again gives the same run id.

    Returns:
        None for an event that does not change the persona's voice.

    Raises:
        ValueError: the body is neither one of TRIGGER_EVENTS nor a job message of these kinds.
    """
    if "detail-type" not in body:
        message = JobMessage.model_validate(body, strict=False)
        if message.kind not in {kind, *requested}:
            raise ValueError(f"a message for {message.kind} is on the queue of {kind}")
        return message
    if body["detail-type"] not in TRIGGER_EVENTS:
        raise ValueError(f"{body['detail-type']} does not start a job")
    metadata, data = body["detail"]["metadata"], body["detail"]["data"]
    if not _changes_voice(body["detail-type"], data):
        return None
    return JobMessage(
        kind=kind,
        # One job run per run that wrote a version. An imported persona has no run.
        run_id=derived_run_id(data["run_id"] or data["persona_id"], kind),
        workspace_id=metadata["workspace_id"],
        persona_id=data["persona_id"],
    )


def _changes_voice(detail_type: str, data: Mapping[str, Any]) -> bool:
    match detail_type:
        case "persona.updated":
            return data["run_id"] is not None and not _LAYERS.isdisjoint(data["changed"])
        case "persona.flagged":  # for later versions `persona.updated` is published as well
            return int(data.get("version", 1)) == 1
        case _:
            return True
