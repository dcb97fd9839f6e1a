"""Output of the CLI: the one door to the terminal. Text from the API never reaches it unescaped.

The API stores only text that is safe to print. A server of another version, or another server, may not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from fourfold.text_rules import escaped, visible


class SafeConsole(Console):
    """A console that prints U+FFFD instead of characters that control a terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Renders as Console does. Only Rich's own control segments may have control characters."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(visible(text), style)


def print_json_text(text: str) -> None:
    """Writes JSON text to standard output, with control characters escaped."""
    sys.stdout.write(escaped(text) + "\n")
