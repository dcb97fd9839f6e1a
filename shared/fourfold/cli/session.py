"""The API client of a command, with errors reported in one line, or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.text import Text

from fourfold.cli.client import ApiError, Client
from fourfold.cli.connection import find_connection
from fourfold.cli.terminal import SafeConsole
from fourfold.errors import CommandError
from fourfold.text_rules import escaped

INTERRUPTED = 130


class RunContinuesError(CommandError):
    """Ctrl-C ended the display of a run, and the run continues; the message says how to follow it."""


class _Reporting:
    """How problems are printed; a command line has one way."""

    as_json = False


def report_problems_as_json(wanted: bool) -> None:
    """Sets whether errors are printed as JSON documents."""
    _Reporting.as_json = wanted


@contextmanager
def connected() -> Iterator[Client]:
    """Yields a client. An error is printed on standard error, with exit code 1 (130 after Ctrl-C)."""
    with reported(), Client(find_connection()) as client:
        yield client


@contextmanager
def reported() -> Iterator[None]:
    """Prints an error on standard error, in one line or with --json as a problem, and exits with code 1 or 130."""
    try:
        yield
    except RunContinuesError as interrupted:
        SafeConsole(stderr=True).print(Text(str(interrupted)), soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from interrupted
    except CommandError as error:
        _print(str(error), error.problem if isinstance(error, ApiError) else None)
        raise typer.Exit(1) from error
    except UnicodeError as error:
        _print("The text is not valid UTF-8.", None)
        raise typer.Exit(1) from error
    except OSError as error:  # a file of the command line; errors of the connection are ApiError
        name = f"{error.filename}: " if error.filename else ""
        _print(f"{name}{error.strerror or error}", None)
        raise typer.Exit(1) from error


def _print(message: str, problem: object) -> None:
    if _Reporting.as_json:
        document = problem or {"title": message, "detail": message, "code": "command_failed"}
        sys.stderr.write(escaped(json.dumps(document, ensure_ascii=False)) + "\n")
    else:
        SafeConsole(stderr=True).print(Text(message, style="red"), soft_wrap=True)
