"""A command group that imports a command's module when the command runs, so that `--help` answers at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter


@dataclass(frozen=True)
class LazyCommand:
    """Where a command is: a function, or a Typer app of subcommands. `help` is the first line of its description."""

    module: str
    attribute: str
    help: str

    def load(self, name: str) -> Command:
        """Imports the command."""
        found: Any = getattr(import_module(self.module), self.attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(name)(found)
            return _named(typer.main.get_command(alone), name)
        return _named(typer.main.get_group(found), name)

    def listed(self, name: str) -> Command:
        """The command as the list of commands shows it, without importing it."""
        return TyperCommand(name, help=self.help)


def _named(command: Command, name: str) -> Command:
    command.name = name
    return command


def lazy_group(commands: Mapping[str, LazyCommand]) -> type[TyperGroup]:
    """A group class with these commands."""

    class LazyGroup(TyperGroup):
        _listing = False

        def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click's signature
            return list(commands)

        def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
            found = commands.get(cmd_name)
            if found is None:
                return None
            return found.listed(cmd_name) if self._listing else found.load(cmd_name)

        def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
            self._listing = True
            try:
                super().format_help(ctx, formatter)
            finally:
                self._listing = False

    return LazyGroup
