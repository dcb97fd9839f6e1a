"""The `fourfold` command: a client of the HTTP API, readable in a terminal."""
