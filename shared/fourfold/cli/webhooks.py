"""`fourfold webhooks`: manages endpoints, and receives webhooks on this machine."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from fourfold.cli.client import Client
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole, print_json_text
from fourfold.cli.webhook_receiver import ReceivedWebhook, forwarded, run_receiver
from fourfold.errors import CommandError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Webhook endpoints, and a local receiver.")

_PATH = "/v1/webhooks"

Endpoint = Annotated[str, typer.Argument(help="whk_...")]
Events = Annotated[list[str] | None, typer.Option("--event", help="Exact name of an event; repeatable. Default: all.")]


@app.command()
def listen(  # noqa: PLR0913, PLR0917 - an argument for each option
    events: Events = None,
    secret: Annotated[
        str | None, typer.Option(help="whsec_... of an existing endpoint; without it a new endpoint is created.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any free port.")] = 0,
    count: Annotated[int, typer.Option(min=0, help="Stop after this many deliveries; 0: at Ctrl-C.")] = 0,
    forward_to: Annotated[
        str | None, typer.Option(help="Send each verified delivery on to this URL, with the same headers and body.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Receive webhooks on http://127.0.0.1, verify their signatures, and print them.

    Works with a local server only: a server on AWS sends to public https addresses only.
    """
    console = SafeConsole(stderr=as_json)
    with connected() as client, run_receiver(port) as receiver:
        created = None if secret else client.post(_PATH, {"url": receiver.url, "events": events or ["*"]})
        signing_secret = secret or (created or {})["secret"]
        console.print(f"Receiving at {receiver.url} · Ctrl-C stops", highlight=False)
        try:
            for number, received in enumerate(receiver.received_webhooks(signing_secret), 1):
                answer = forwarded(received, forward_to) if forward_to and received.fault is None else None
                _show(received, answer, console, as_json=as_json)
                if number == count:
                    break
        except KeyboardInterrupt:
            console.print("stopped")
        finally:
            if created is not None:
                client.remove(f"{_PATH}/{created['id']}")


@app.command()
def create(
    url: Annotated[str, typer.Argument(help="https://...")], events: Events = None, as_json: AsJson = False
) -> None:
    """Create an endpoint and show its secret once."""
    with connected() as client:
        created = client.post(_PATH, {"url": url, "events": events or ["*"]})
    if as_json:
        print_json(created)
        return
    SafeConsole().print(f"{created['id']}\nsecret {created['secret']}", highlight=False, soft_wrap=True)


@app.command(name="list")
def list_endpoints(as_json: AsJson = False) -> None:
    """List the workspace's endpoints."""
    with connected() as client:
        endpoints = client.call("GET", _PATH)["data"]
    if as_json:
        print_json(endpoints)
        return
    if not endpoints:
        SafeConsole(stderr=True).print("No endpoints yet. Try: fourfold webhooks listen")
    columns = (Column("id", is_id=True), Column("state"), Column("events"), Column("url"))
    print_rows(columns, ((one["id"], _state(one), ", ".join(one["events"]), one["url"]) for one in endpoints))


def _state(endpoint: dict[str, Any]) -> str:
    return "enabled" if endpoint["enabled"] else f"disabled ({endpoint['disabled_reason']})"


@app.command()
def deliveries(
    endpoint: Endpoint, limit: Annotated[int, typer.Option(min=1, max=100)] = 20, as_json: AsJson = False
) -> None:
    """Show an endpoint's newest deliveries."""
    with connected() as client:
        found = client.call("GET", f"{_PATH}/{endpoint}/deliveries", params={"limit": limit})["data"]
    if as_json:
        print_json(found)
        return
    columns = (Column("id", is_id=True), Column("status"), Column("event"), Column("attempts"))
    print_rows(columns, ((one["id"], one["status"], one["event_type"], _attempts(one)) for one in found))


def _attempts(delivery: dict[str, Any]) -> str:
    return ", ".join(
        f"{each['status_code'] or each['result']} ({each['latency_ms']} ms)" for each in delivery["attempts"]
    )


@app.command()
def ping(endpoint: Endpoint, as_json: AsJson = False) -> None:
    """Send a ping."""
    with connected() as client:
        sent = client.call("POST", f"{_PATH}/{endpoint}/ping")
    print_json(sent) if as_json else print_rows((Column("id", is_id=True),), [(sent["id"],)])


@app.command()
def trigger(
    event: Annotated[str, typer.Argument(help="The event's type, such as persona.created.")],
    endpoint: Annotated[
        str | None, typer.Argument(help="whk_...; without it, all enabled endpoints that receive the event.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a sample of an event, signed as a real one. Its ids are examples.

    Beside `fourfold webhooks listen --forward-to URL` the sample reaches that URL.
    """
    with connected() as client:
        endpoints = [endpoint] if endpoint else _receivers(client, event)
        sent = [client.post(f"{_PATH}/{each}/test", {"type": event}) for each in endpoints]
    if as_json:
        print_json(sent)
        return
    print_rows(
        (Column("delivery", is_id=True), Column("endpoint", is_id=True)),
        ((one["id"], one["endpoint_id"]) for one in sent),
    )


def _receivers(client: Client, event: str) -> list[str]:
    """The ids of the enabled endpoints that receive the event.

    Raises:
        CommandError: none does.
    """
    endpoints = client.call("GET", _PATH)["data"]
    found = [one["id"] for one in endpoints if one["enabled"] and {event, "*"} & set(one["events"])]
    if not found:
        raise CommandError(
            f"No enabled endpoint receives {event}. Start `fourfold webhooks listen`, or name an endpoint."
        )
    return found


@app.command()
def replay(
    endpoint: Endpoint,
    delivery: Annotated[
        str | None, typer.Argument(help="dlv_...; without it, all deliveries failed since --since.")
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Such as 2026-11-25T09:00:00 (local time).")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay a delivery, or all deliveries failed since a time."""
    if (delivery is None) is (since is None):
        raise typer.BadParameter("give a delivery, or --since")
    with connected() as client:
        if delivery is not None:
            replayed = client.call("POST", f"{_PATH}/{endpoint}/deliveries/{delivery}/replay")
            print_json(replayed) if as_json else SafeConsole().print("1 delivery replayed")
            return
        done = client.post(f"{_PATH}/{endpoint}/replay", {"since": since.astimezone().isoformat() if since else None})
    if as_json:
        print_json(done)
        return
    more = "; there are more, run the command again" if done["has_more"] else ""
    SafeConsole().print(f"{done['replayed']} deliveries replayed{more}")


@app.command()
def delete(endpoint: Endpoint, as_json: AsJson = False) -> None:
    """Delete an endpoint."""
    with connected() as client:
        client.remove(f"{_PATH}/{endpoint}")
    if as_json:
        print_json({"id": endpoint, "deleted": True})


def _show(received: ReceivedWebhook, answer: str | None, console: Console, *, as_json: bool) -> None:
    """Prints a delivery, and what the URL it was sent on to answered."""
    if as_json:
        event = {"at": received.at.isoformat(), "id": received.id, "type": received.type, "fault": received.fault}
        data = json.loads(received.data) if received.data else None
        print_json_text(json.dumps({**event, "data": data, "forwarded": answer}, ensure_ascii=False))
        sys.stdout.flush()
        return
    console.print(_line(received))
    if answer is not None:
        console.print(Text(f"          -> {answer}", style="dim"))


def _line(received: ReceivedWebhook) -> Text:
    stamp = f"{received.at:%H:%M:%S}  "
    if received.fault is not None:
        return Text(f"{stamp}✗ {received.fault}", style="red")
    return Text.assemble(stamp, ("✓ ", "green"), f"{received.type}  ", (f"{received.id}  {received.data}", "dim"))
