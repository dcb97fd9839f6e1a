"""What a job's queue carries: a bus event about a persona, or an order of the API. Both name one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fourfold.ids import PersonaId, RunId, derived_run_id
from fourfold.persona import Model
from fourfold.progress.run import RunKind

# A flagged persona speaks and is chatted with like any other: it needs a fingerprint and a test of its limits too.
CAUSES = ("persona.created", "persona.flagged")


class JobOrder(Model):
    """One job to do. `asked`: somebody asked for it, rather than a persona's creation."""

    kind: RunKind
    run_id: RunId
    workspace_id: str
    persona_id: PersonaId
    asked: bool = False


def order_from(message: Mapping[str, Any], kind: RunKind) -> JobOrder:
    """The order in a queue's message. The same event, delivered again, is the same run.

    Raises:
        ValueError: neither one of CAUSES nor an order of this kind.
    """
    if "detail-type" not in message:
        order = JobOrder.model_validate(message, strict=False)
        if order.kind is not kind:
            raise ValueError(f"an order for {order.kind} came to {kind}")
        return order
    if message["detail-type"] not in CAUSES:
        raise ValueError(f"{message['detail-type']} starts no job")
    metadata, data = message["detail"]["metadata"], message["detail"]["data"]
    return JobOrder(
        kind=kind,
        run_id=derived_run_id(data["run_id"], kind),
        workspace_id=metadata["workspace_id"],
        persona_id=data["persona_id"],
    )
