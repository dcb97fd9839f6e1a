"""Events put into the outbox of a running stack, as its functions do."""

from __future__ import annotations

from datetime import UTC, datetime

from fourfold.events.envelope import bus_entry
from fourfold.events.generation import GenerationRunStarted
from fourfold.ids import new_persona_id, new_run_id
from fourfold.storage.outbox import entry_item
from tests.integration.local_server import LocalServer


def store_event(home: LocalServer) -> str:
    """Puts an event into the outbox; answers with its id."""
    run_id = new_run_id()
    data = GenerationRunStarted(
        run_id=run_id, persona_id=new_persona_id(), config_hash="cfg_0000000000000000", metadata={}
    )
    entry = bus_entry(data, workspace_id="ws_local", correlation_id=run_id, occurred_at=datetime.now(UTC))
    home.aws("dynamodb").put_item(TableName=home.outputs()["OutboxTableName"], Item=entry_item(entry))
    return str(entry["Detail"]["metadata"]["event_id"])
