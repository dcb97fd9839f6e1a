"""`fourfold login` and `fourfold open`: which deployment the commands use, and its page in a browser."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer
from rich.text import Text

from fourfold.cli.client import Client
from fourfold.cli.connection import DEFAULT_URL, Connection, find_connection
from fourfold.cli.profiles import store_profile
from fourfold.cli.session import reported
from fourfold.cli.terminal import SafeConsole


def login(
    url: Annotated[str, typer.Option(prompt="URL of the API", help="Such as https://api.example.com.")] = DEFAULT_URL,
    key: Annotated[
        str, typer.Option(prompt="API key", hide_input=True, envvar="FOURFOLD_API_KEY", help="ff_live_...")
    ] = "",
    profile: Annotated[str, typer.Option(help="The name under which to store them.")] = "default",
) -> None:
    """Store the URL and API key of a deployment as a profile, for --profile or FOURFOLD_PROFILE."""
    with reported():
        with Client(Connection(url.rstrip("/"), key)) as client:
            client.personas(1)  # a wrong URL or key is reported now
        path = store_profile(profile, url.rstrip("/"), key)
    SafeConsole().print(Text(f"Profile {profile} is stored in {path}. Use it: fourfold --profile {profile} list"))


def open_page() -> None:
    """Open the API's page in a browser."""
    with reported():
        url = find_connection().url
    SafeConsole().print(Text(url))
    webbrowser.open(url)
