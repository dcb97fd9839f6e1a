"""What `make demo` shows once the stack is up: one brief, six live steps, one persona."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.connection import Connection
from fourfold.cli.create import create
from fourfold.cli.portrait import show

SAMPLE_BRIEF = "A soft-spoken night-shift baker in Lisbon, 41, who lost the family shop and tells nobody"


def run(api_url: str, api_key: str, brief: str | None) -> int:
    """Makes and prints a persona; 0 if one stands there at the end, `flagged` ones too.

    Args:
        api_url: where the API answers.
        api_key: a key that may read and write personas.
        brief: the brief, or None for the sample.
    """
    console = Console()
    wanted = brief or SAMPLE_BRIEF
    console.print(Text.assemble(("\nBrief: ", "bold"), f"“{wanted}”\n"))
    with Client(Connection(api_url, api_key)) as client:
        try:
            persona = create(client, wanted, console)
        except ApiError as error:
            console.print(Text(str(error), style="red"))
            return 1
    show(persona, console)
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
