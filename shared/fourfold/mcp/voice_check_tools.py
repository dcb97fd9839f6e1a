"""The MCP tools of voice checks: whether a persona keeps its voice on another chat model."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from pydantic import Field

from fourfold.mcp.api_calls import Api, call_json
from fourfold.mcp.progress import wait_for_run
from fourfold.mcp.tools import READS, WRITES, Document, PersonaId

Model = Annotated[str, Field(description="The model to check, `provider:model`, such as openai:gpt-6.1-terra.")]


def add_voice_check_tools(server: MCPServer[Any], api: Api) -> None:
    """Adds the tools to the server."""

    @server.tool(annotations=WRITES)
    async def check_voice(  # noqa: PLR0913, PLR0917 - a parameter for each field
        persona_id: PersonaId,
        model: Model,
        context: Context,
        suite: Annotated[
            bool, Field(description="Also run the provocation suite on both models: 66 tests more to pay.")
        ] = False,
        dry_run: Annotated[bool, Field(description="Only estimate calls, tokens and USD.")] = False,
        wait: Annotated[bool, Field(description="Wait for the certificate; otherwise return the run at once.")] = True,
    ) -> Document:
        """Asks another model the persona's fifty scenarios: equivalent, degraded or inconclusive, and what changed.

        It costs fifty calls of that model: estimate first. The persona needs a fingerprint of its present layers.
        """
        path = f"/v1/personas/{persona_id}/voice-check"
        receipt = await call_json(
            api, context, "POST", path, body={"model": model, "suite": suite or None, "dry_run": dry_run}
        )
        if dry_run or not wait:
            return receipt
        await wait_for_run(api, context, receipt["run_id"])
        return await call_json(api, context, "GET", path, query={"model": model})

    @server.tool(annotations=READS)
    async def get_voice_checks(persona_id: PersonaId, context: Context) -> Document:
        """Returns the newest voice certificate of each model that was checked, newest first."""
        return await call_json(api, context, "GET", f"/v1/personas/{persona_id}/voice-check")
