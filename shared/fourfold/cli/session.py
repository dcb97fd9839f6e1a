"""The API client of a command, with errors reported in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.connection import NoConnectionError, find_connection
from fourfold.cli.terminal import SafeConsole


@contextmanager
def connected() -> Iterator[Client]:
    """Yields a client. An error is printed in one line on standard error, with exit code 1."""
    try:
        with Client(find_connection()) as client:
            yield client
    except (ApiError, NoConnectionError) as error:
        SafeConsole(stderr=True).print(Text(str(error), style="red"))
        raise typer.Exit(1) from error
