"""The MCP server: the API's operations as tools, a persona as a resource, its voice as a prompt."""
