"""The `fourfold` command: the list of its commands, each of which is imported when it runs."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Annotated

import typer

from fourfold.cli.lazy_group import LazyCommand, lazy_group

_COMMANDS = "fourfold.cli.commands"
COMMANDS = {
    "create": LazyCommand(
        _COMMANDS, "create", "Generate a persona and show it; with --count several people of the brief."
    ),
    "batch": LazyCommand(
        "fourfold.cli.batch",
        "batch",
        "Generate a persona from each line of a file, with progress. Exits 1 if any failed.",
    ),
    "list": LazyCommand("fourfold.cli.listing", "list_personas", "List personas that match all filters, newest first."),
    "show": LazyCommand(_COMMANDS, "show", "Show one persona."),
    "chat": LazyCommand(_COMMANDS, "chat", "Chat with a persona; each reply shows its drift from the persona's voice."),
    "sessions": LazyCommand(
        "fourfold.cli.sessions", "app", "Chats that were held: list, read, rename, end and delete."
    ),
    "drift": LazyCommand(
        _COMMANDS, "drift", "Score the drift of replies from a persona's voice. Exits 2 if any is above the threshold."
    ),
    "test": LazyCommand(
        _COMMANDS,
        "suite",
        "Run the provocation suite against a persona. Exits 1 on a confirmed critical failure.",
    ),
    "voices": LazyCommand(
        "fourfold.cli.voices",
        "voices",
        "Show the workspace's newest voices, each with the one that is hardest to distinguish from it, and twins.",
    ),
    "voice-check": LazyCommand(
        "fourfold.cli.voice_check",
        "voice_check",
        "Check whether a persona keeps its voice on another model. Exits 1 unless it surely does.",
    ),
    "compare": LazyCommand(
        _COMMANDS,
        "compare",
        "Compare cost, time and audit of two personas, or of the six steps and the single call for one brief.",
    ),
    "evaluate": LazyCommand(
        "fourfold.cli.evaluate",
        "evaluate",
        "Evaluate setting B against setting A over the same briefs.",
    ),
    "evaluations": LazyCommand("fourfold.cli.evaluations", "app", "Evaluations of one setting against another."),
    "regenerate": LazyCommand(
        "fourfold.cli.persona_changes", "regenerate", "Regenerate a persona from a step, and show it."
    ),
    "refine": LazyCommand(
        "fourfold.cli.persona_changes",
        "refine",
        "Move the tone of a persona's mask or soul along an axis, and show how far it moved. Exits 2 if it did not.",
    ),
    "edit": LazyCommand(
        "fourfold.cli.edit", "edit", "Edit fields of a persona's layers: with --set, or in $EDITOR as TOML."
    ),
    "audit": LazyCommand("fourfold.cli.edit", "audit", "Audit a persona's layers as they are, and show it."),
    "diff": LazyCommand("fourfold.cli.versions", "diff", "Show what differs between two versions of a persona."),
    "restore": LazyCommand(
        "fourfold.cli.versions",
        "restore",
        "Restore the layers of an earlier version of a persona, as a new version.",
    ),
    "fork": LazyCommand(
        "fourfold.cli.forks", "fork", "Fork a persona: make one of its own from its layers, and show it."
    ),
    "lineage": LazyCommand(
        "fourfold.cli.forks", "lineage", "Show where a persona comes from, and what was forked from it."
    ),
    "delete": LazyCommand(
        "fourfold.cli.persona_changes", "delete", "Delete a persona with its versions, runs, events and results."
    ),
    "export": LazyCommand(
        "fourfold.cli.files",
        "export_persona",
        "Write a persona to a file: fourfold JSON, Markdown, or a Character Card.",
    ),
    "import": LazyCommand("fourfold.cli.files", "import_persona", "Create a persona from a file."),
    "watch": LazyCommand(
        _COMMANDS, "watch", "Show the progress of runs and background jobs. With --json, each event is a line."
    ),
    "runs": LazyCommand("fourfold.cli.runs", "runs", "List the newest runs: generations and background jobs."),
    "cancel": LazyCommand(
        "fourfold.cli.runs",
        "cancel",
        "Cancel a run: it sends no further model call. A call in progress is completed and paid.",
    ),
    "usage": LazyCommand(
        "fourfold.cli.usage",
        "usage",
        "Show calls, tokens and cost of the workspace, by default of 30 days.",
    ),
    "stats": LazyCommand(
        "fourfold.cli.stats",
        "stats",
        "Show failures, durations, tokens and cost of the newest runs, by step and provider; jobs; drift; webhooks.",
    ),
    "api": LazyCommand(
        "fourfold.cli.api", "api", "Send any request to the API: fourfold api GET /v1/personas -f limit=5"
    ),
    "mcp": LazyCommand(
        "fourfold.cli.mcp", "mcp", "Serve MCP over standard input and output, for Claude Desktop, Cursor and VS Code."
    ),
    "login": LazyCommand(
        "fourfold.cli.login",
        "login",
        "Store the URL and API key of a deployment as a profile, for --profile or FOURFOLD_PROFILE.",
    ),
    "open": LazyCommand("fourfold.cli.login", "open_page", "Open the API's page in a browser."),
    "keys": LazyCommand("fourfold.cli.keys", "app", "API keys of the workspace: create, list, revoke."),
    "workspace": LazyCommand("fourfold.cli.workspace", "app", "The whole workspace: export and delete."),
    "config": LazyCommand("fourfold.cli.config", "app", "Settings: read, change, lock, explain, roll back."),
    "webhooks": LazyCommand("fourfold.cli.webhooks", "app", "Webhook endpoints, and a local receiver."),
    "regression": LazyCommand(
        "fourfold.cli.regression",
        "regression",
        "Measure a judge on the label set, against its baseline. Exits 1 if it is worse, 2 if it cannot be compared.",
    ),
    "judges": LazyCommand(
        "fourfold.cli.judges",
        "judges",
        "Show how far each judge can be trusted: its agreement with labels, with n and 95 % intervals.",
    ),
    "label": LazyCommand(
        "fourfold.cli.judges", "label", "Store labels of your own, and show the passports of the judges they measure."
    ),
    "doctor": LazyCommand(
        _COMMANDS,
        "doctor",
        "Show which providers are usable, with --call whether their answers can be read; or check the stored state.",
    ),
}

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    rich_markup_mode=None,  # rich takes longer to import than all else
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Four-layer personas from a one-line brief.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fourfold {import_module('importlib.metadata').version('fourfold')}")
        raise typer.Exit


@app.callback()
def fourfold(
    show_version: Annotated[  # noqa: ARG001 - its callback shows it
        bool, typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    profile: Annotated[str | None, typer.Option(help="Use the deployment that `fourfold login` stored.")] = None,
) -> None:
    """Four-layer personas from a one-line brief."""
    if profile:
        os.environ["FOURFOLD_PROFILE"] = profile


if __name__ == "__main__":
    app()
