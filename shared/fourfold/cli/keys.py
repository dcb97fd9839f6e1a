"""`fourfold keys create | list | revoke`: the API keys of the workspace."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.numbers import finite
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.http.scopes import SCOPES
from fourfold.text_rules import visible

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="API keys of the workspace: create, list, revoke.")

_MINUTES = "%Y-%m-%d %H:%M"


@app.command()
def create(  # noqa: PLR0913, PLR0917 - a parameter for each option
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str], typer.Option("--scope", "-s", help=f"A scope to grant; repeatable: {', '.join(SCOPES)}")
    ],
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; default: never.")] = None,
    usd_per_month: Annotated[
        float | None,
        typer.Option(min=0, callback=finite, help="The most USD a UTC month of work that the key asks for."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Create an ff_test_ key instead of an ff_live_ key.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create a key. It is printed once, alone on standard output, and cannot be shown again."""
    body: dict[str, Any] = {"name": name, "scopes": scope, "environment": "test" if test else "live"}
    if days is not None:
        body["expires_in_days"] = days
    if usd_per_month is not None:
        body["usd_per_month"] = usd_per_month
    with connected() as client:
        created = client.post("/v1/keys", body)
    if as_json:
        print_json(created)
        return
    SafeConsole(stderr=True).print(
        Text(f"{created['id']} has {', '.join(created['scopes'])}. Save this key: it is shown only once.")
    )
    sys.stdout.write(visible(created["key"]) + "\n")


@app.command(name="list")
def list_keys(as_json: AsJson = False) -> None:
    """List the workspace's keys, newest first."""
    with connected() as client:
        keys = list(client.pages("/v1/keys"))
    if as_json:
        print_json(keys)
        return
    columns = (
        Column("id", is_id=True),
        *map(Column, ("status", "key", "name", "scopes", "last used", "expires", "USD/month")),
    )
    print_rows(columns, map(_row, keys))


def _row(key: dict[str, Any]) -> tuple[str, ...]:
    return (
        key["id"],
        key["status"],
        f"{key['prefix']}…{key['last_four']}" if key["prefix"] else "",
        key["name"],
        ", ".join(key["scopes"]) if len(key["scopes"]) < len(SCOPES) else "all",
        _moment(key["last_used_at"]) or "never",
        _moment(key["expires_at"]) or "never",
        "-" if key.get("usd_per_month") is None else f"{key['usd_per_month']:g}",
    )


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="key_...")], as_json: AsJson = False) -> None:
    """Revoke a key permanently; it stops working within five seconds."""
    with connected() as client:
        client.remove(f"/v1/keys/{key_id}")
    if as_json:
        print_json({"id": key_id, "revoked": True})
    else:
        SafeConsole().print(f"{key_id} is revoked.", highlight=False)


def _moment(stamp: str | None) -> str | None:
    return None if stamp is None else datetime.fromisoformat(stamp).astimezone().strftime(_MINUTES)
