"""The open descriptors of this process, told apart by what they lead to.

Counting them is not enough: what an earlier test of the same process left open is closed whenever the garbage
collector comes by.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_FOLDER = Path("/proc/self/fd")


def open_descriptors() -> set[tuple[str, str]]:
    """Each descriptor's number and what it leads to, such as `pipe:[81312]`; Linux only."""
    found = set()
    for name in os.listdir(_FOLDER):  # noqa: PTH208 - numbers, not paths
        with suppress(OSError):  # the descriptor of the listing, closed by now
            found.add((name, os.readlink(_FOLDER / name)))  # noqa: PTH115 - as text, whatever it leads to
    return found
