"""How the set-up reports its steps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console


class Progress(Protocol):
    """Receives each step of the set-up when it starts; the step ends with the context."""

    def step(self, title: str) -> AbstractContextManager[None]: ...


class Silent:
    """Reports nothing."""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:  # noqa: ARG002 - the protocol's signature
        yield


class ConsoleProgress:
    """A spinner with a running clock during a step, a line with its duration at its end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            if self._console.is_terminal:
                with self._spinner(title):
                    yield
            else:
                self._console.print(f"  … {title}", highlight=False)
                yield
        except BaseException:
            self._console.print(f"  [red]✗[/red] {title}", highlight=False)
            raise
        seconds = time.monotonic() - started
        self._console.print(f"  [green]✓[/green] {title} [dim]{seconds:.1f} s[/dim]", highlight=False)

    @contextmanager
    def _spinner(self, title: str) -> Iterator[None]:
        # Imported here because only a terminal needs it, and its import would delay every start.
        from rich.progress import Progress as Live
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn(" "), SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Live(*columns, console=self._console, transient=True) as live:
            live.add_task(title, total=None)
            yield
