"""Builds the MCP server of an API."""

from __future__ import annotations

import json
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ResourceError, ToolError

from fourfold.mcp.api_calls import Api, call, call_json
from fourfold.mcp.edit_tools import add_edit_tools
from fourfold.mcp.tools import add_tools
from fourfold.mcp.voice_check_tools import add_voice_check_tools

_INSTRUCTIONS = (
    "fourfold writes personas in four layers (soul, self, mask, surface) from a brief. Create one with create_persona, "
    "talk with it with chat_with_persona, or speak as it yourself with the prompt speak_as. A tool's error is a "
    "problem document; its detail says what to do."
)


def build_server(api: Api, version: str) -> MCPServer[Any]:
    """A server with all tools, the resource `persona://{persona_id}` and the prompt `speak_as`."""
    server: MCPServer[Any] = MCPServer(
        "fourfold",
        title="fourfold",
        instructions=_INSTRUCTIONS,
        version=version,
        log_level="WARNING",
        subscriptions=False,
    )
    add_tools(server, api)
    add_edit_tools(server, api)
    add_voice_check_tools(server, api)

    @server.resource("persona://{persona_id}", mime_type="application/json")
    async def persona(persona_id: str, context: Context) -> str:
        """A persona as JSON."""
        try:
            return json.dumps(await call_json(api, context, "GET", f"/v1/personas/{persona_id}"), ensure_ascii=False)
        except ToolError as error:
            raise ResourceError(str(error)) from None

    @server.resource("persona://{persona_id}/markdown", mime_type="text/markdown")
    async def persona_sheet(persona_id: str, context: Context) -> str:
        """A persona as Markdown, for reading."""
        try:
            return (await call(api, context, "GET", f"/v1/personas/{persona_id}/export/markdown")).text
        except ToolError as error:
            raise ResourceError(str(error)) from None

    @server.prompt()
    async def speak_as(persona_id: str, context: Context) -> str:
        """Speak as a persona: its system prompt."""
        return (await call(api, context, "GET", f"/v1/personas/{persona_id}/voice/system-prompt")).text

    return server
