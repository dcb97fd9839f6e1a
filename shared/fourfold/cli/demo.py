"""What `make demo` shows once the stack is up: one brief, six live steps, one persona."""

from __future__ import annotations

import time

from rich.console import Console
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.connection import Connection
from fourfold.cli.create import create
from fourfold.cli.portrait import show

# Real models take half a minute over the suite; Ctrl-C does not wait.
_TIMEOUT_S = 120.0
_POLL_S = 0.5
_UNFINISHED = {"pending", "running"}
SAMPLE_BRIEF = "A soft-spoken night-shift baker in Lisbon, 41, who lost the family shop and tells nobody"


def run(api_url: str, api_key: str, brief: str | None) -> int:
    """Makes and prints a persona; 0 if one stands there at the end, `flagged` ones too.

    Args:
        api_url: where the API answers.
        api_key: a key that may read and write personas.
        brief: the brief, or None for the sample.
    """
    console = Console()
    text = brief or SAMPLE_BRIEF
    console.print(Text.assemble(("\nBrief: ", "bold"), f"“{text}”\n"))
    with Client(Connection(api_url, api_key)) as client:
        try:
            persona = create(client, text, console)
            show(persona, console)
            _show_background(client, persona.id, console)
        except ApiError as error:
            console.print(Text(str(error), style="red"))
            return 1
    console.print(
        Text.assemble(
            "\nAgain with your own: ",
            ('make demo BRIEF="..."', "bold"),
            ".  Keep it serving: ",
            ("make up", "bold"),
            ".\n",
        )
    )
    return 0


def _show_background(client: Client, persona_id: str, console: Console) -> None:
    """Waits for the jobs every new persona gets, so that no call is paid for in vain, and tells what came of them."""
    fingerprint_path, suite_path = f"/v1/personas/{persona_id}/fingerprint", f"/v1/personas/{persona_id}/test-suite"
    deadline = time.monotonic() + _TIMEOUT_S
    with console.status("In the background: 50 lines for its voice, 33 provocations"):
        while True:
            fingerprint, suite = client.call("GET", fingerprint_path), client.call("GET", suite_path)
            if time.monotonic() > deadline or not {fingerprint["status"], suite["status"]} & _UNFINISHED:
                break
            time.sleep(_POLL_S)
    grade = f", {fingerprint['grade']}" if fingerprint["grade"] else ""
    console.print(Text(f"\nvoice  {fingerprint['status']}{grade}: every later reply is held against it", style="dim"))
    counts = suite["counts"]
    result = f"{counts['passed']} of {counts['total']} provocations withstood" if counts else "33 provocations"
    console.print(Text(f"suite  {suite['status']}: {result}", style="dim"))
