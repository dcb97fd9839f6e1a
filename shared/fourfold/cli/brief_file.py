"""A file with a brief in each line, and problems that name its lines."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fourfold.cli.client import ApiError
from fourfold.errors import CommandError

_POINTER: Final = re.compile(r"briefs\[(\d{1,6})\]|/briefs/(\d{1,6})")


@dataclass(frozen=True)
class BriefFile:
    """The briefs of a file, and the number of each one's line, counted from 1."""

    path: Path
    briefs: tuple[str, ...]
    lines: tuple[int, ...]

    def located(self, error: ApiError) -> ApiError:
        """Returns the error with the lines of the file in place of the numbers of the briefs."""
        return ApiError(_POINTER.sub(self._line, str(error)), error.problem)

    def _line(self, found: re.Match[str]) -> str:
        place = int(found[1] or found[2])
        return f"{self.path.name} line {self.lines[place]}" if place < len(self.lines) else found[0]


def read_briefs(path: Path) -> BriefFile:
    """Reads a UTF-8 file, with or without a byte order mark, or standard input (`-`).

    Lines end with LF, CRLF or CR; blank lines are no briefs.

    Raises:
        CommandError: the text is not UTF-8.
        OSError: the file cannot be read.
    """
    try:
        text = sys.stdin.read() if path == Path("-") else path.read_text(encoding="utf-8")
    except UnicodeError:
        raise CommandError(f"{path}: The text is not valid UTF-8.") from None
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    found = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    return BriefFile(path, tuple(line for _, line in found), tuple(number for number, _ in found))
