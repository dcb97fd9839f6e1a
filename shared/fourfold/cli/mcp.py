"""`fourfold mcp`: the MCP server over standard input and output, for desktop clients."""

from __future__ import annotations

from importlib.metadata import version

from fourfold.cli.connection import find_connection
from fourfold.cli.session import reported
from fourfold.mcp.api_calls import RemoteApi
from fourfold.mcp.server import build_server


def mcp() -> None:
    """Serve MCP over standard input and output, for Claude Desktop, Cursor and VS Code."""
    with reported():
        connection = find_connection()
        build_server(RemoteApi(connection.url, connection.key), version("fourfold")).run("stdio")
