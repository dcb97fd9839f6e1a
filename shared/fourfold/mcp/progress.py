"""Waits for a run, and reports its events as the progress of the MCP request."""

from __future__ import annotations

import time
from typing import Any

import anyio
from mcp.server.mcpserver.context import Context

from fourfold.mcp.api_calls import Api, call_json
from fourfold.progress.events import TERMINAL_TYPES
from fourfold.steps import STEP_ORDER

# API Gateway ends a request after five minutes; the run continues.
WAIT_S = 230.0
_POLL_S = 0.5


async def wait_for_run(api: Api, context: Context, run_id: str) -> dict[str, Any]:
    """Returns the run when it has ended, or as it is after WAIT_S. Each new event is reported as progress."""
    deadline = time.monotonic() + WAIT_S
    after, ended = 0, False
    while not ended and time.monotonic() < deadline:
        page = await call_json(api, context, "GET", f"/v1/runs/{run_id}/events/list", query={"after": after})
        for event in page["data"]:
            after = event["seq"]
            ended = event["type"] in TERMINAL_TYPES
            await context.report_progress(*_progress(event))
        if not ended:
            await anyio.sleep(_POLL_S)
    return await call_json(api, context, "GET", f"/v1/runs/{run_id}")


def _progress(event: dict[str, Any]) -> tuple[float, float | None, str]:
    """Progress, which must increase, its total if it is known, and what happened."""
    if "done" in event and "total" in event:
        return event["seq"], None, f"{event['done']} of {event['total']}"
    step = event.get("step")
    steps = [each.value for each in STEP_ORDER]
    place = f" ({steps.index(step) + 1} of {len(steps)})" if step in steps else ""
    return event["seq"], None, f"{event['type']}{f' {step}' if step else ''}{place}"
