"""The MCP tools that change a persona's layers by hand, and audit them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from pydantic import Field

from fourfold.mcp.api_calls import Api, call_json
from fourfold.mcp.tools import ASYNC, WRITES, Document, PersonaId, ended

Reason = Annotated[str | None, Field(description="Why; it is stored with the new version.")]


def add_edit_tools(server: MCPServer[Any], api: Api) -> None:
    """Adds the tools to the server."""

    @server.tool(annotations=WRITES)
    async def edit_persona(
        persona_id: PersonaId,
        layers: Annotated[
            dict[str, Any],
            Field(description='Only the fields to change, by layer, such as {"surface": {"name": "Derya Aksoy"}}.'),
        ],
        context: Context,
        reason: Reason = None,
        accept_violations: Annotated[
            bool, Field(description="Store the edit even if it contradicts the brief or an inner layer.")
        ] = False,
    ) -> Document:
        """Changes fields of a persona's layers (soul, self, mask, surface) at no cost; the audit becomes stale."""
        body = {"layers": layers, "reason": reason, "accept_violations": accept_violations}
        return await call_json(api, context, "PATCH", f"/v1/personas/{persona_id}", body=body)

    @server.tool(annotations=WRITES)
    async def fork_persona(  # noqa: PLR0913, PLR0917 - a parameter for each field
        persona_id: PersonaId,
        context: Context,
        edits: Annotated[
            dict[str, Any] | None, Field(description="Fields of the layers to change, as for edit_persona.")
        ] = None,
        language: Annotated[
            str | None, Field(description="BCP 47, such as de: the voice speaks this language; this costs model calls.")
        ] = None,
        slug: Annotated[str | None, Field(description="A unique short name, such as derya.")] = None,
        note: Annotated[str | None, Field(description="Why; it is stored with the fork.")] = None,
    ) -> Document:
        """Makes a persona of its own from another, with edits. The original stays as it is."""
        body = {"edits": edits, "language": language, "slug": slug, "note": note}
        path = f"/v1/personas/{persona_id}/fork"
        made = await call_json(api, context, "POST", path, body=body, headers=ASYNC)
        return await ended(api, context, made) if "persona_id" in made else made

    @server.tool(annotations=WRITES)
    async def refine_persona(
        persona_id: PersonaId,
        layer: Literal["soul", "mask"],
        axis: Literal["warmth", "gravity", "intensity", "irony", "darker", "warmer", "more_authoritative"],
        context: Context,
        amount: Annotated[float, Field(description="How far, -1 to 1; below 0 towards the lower end.")] = 0.5,
    ) -> Document:
        """Moves a layer's tone along an axis. `refined` of the result is how far it moved. It costs model calls."""
        body = {"refine": {"layer": layer, "axis": axis, "amount": amount}}
        path = f"/v1/personas/{persona_id}/regenerate"
        receipt = await call_json(api, context, "POST", path, body=body, headers=ASYNC)
        return await ended(api, context, receipt)

    @server.tool(annotations=WRITES)
    async def audit_persona(persona_id: PersonaId, context: Context, reason: Reason = None) -> Document:
        """Scores a persona's layers as they are, after an edit or an import. It costs one model call."""
        path = f"/v1/personas/{persona_id}/audit"
        receipt = await call_json(api, context, "POST", path, body={"reason": reason}, headers=ASYNC)
        return await ended(api, context, receipt)
