"""The output of `make demo`: generates one persona from a brief with live progress."""

from __future__ import annotations

import time

from rich.console import Console
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.connection import Connection
from fourfold.cli.create import create
from fourfold.cli.portrait import show
from fourfold.cli.terminal import SafeConsole

# Real models take about half a minute for the suite.
_TIMEOUT_S = 120.0
_POLL_S = 0.2
_UNFINISHED = {"pending", "running"}
SAMPLE_BRIEF = "A soft-spoken night-shift baker in Lisbon, 41, who lost the family shop and tells nobody"


def run(api_url: str, api_key: str, brief: str | None) -> int:
    """Generates and prints a persona. Returns the exit code: 0 for a persona (`active` or `flagged`), else 1.

    Args:
        api_url: URL of the API.
        api_key: a key with personas:read and personas:write.
        brief: the brief, or None for the sample.
    """
    console = SafeConsole()
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
            "\nUse your own brief: ",
            ('make demo BRIEF="..."', "bold"),
            ".  Keep the server running: ",
            ("make up", "bold"),
            ".\n",
        )
    )
    return 0


def _show_background(client: Client, persona_id: str, console: Console) -> None:
    """Waits for the new persona's background jobs, so that paid calls are not lost, and prints their results."""
    fingerprint_path, suite_path = f"/v1/personas/{persona_id}/fingerprint", f"/v1/personas/{persona_id}/test-suite"
    deadline = time.monotonic() + _TIMEOUT_S
    with console.status("Background jobs: voice fingerprint (50 scenarios), provocation suite (33 tests)"):
        while True:
            fingerprint, suite = client.call("GET", fingerprint_path), client.call("GET", suite_path)
            if time.monotonic() > deadline or not {fingerprint["status"], suite["status"]} & _UNFINISHED:
                break
            time.sleep(_POLL_S)
    grade = f", {fingerprint['grade']}" if fingerprint["grade"] else ""
    console.print(
        Text(f"\nvoice  {fingerprint['status']}{grade}: later replies are compared with this fingerprint", style="dim")
    )
    counts = suite["counts"]
    result = f"{counts['passed']} of {counts['total']} tests passed" if counts else "33 tests"
    console.print(Text(f"suite  {suite['status']}: {result}", style="dim"))
