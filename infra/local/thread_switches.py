"""How long a thread of the engine or of the API keeps the interpreter while another one waits for it."""

from __future__ import annotations

import sys
from typing import Final

# Python's own is 5 ms. Whoever serves requests gives the interpreter away at each system call, and would wait that long
# for it after each of the dozen calls of a request, while threads that encode states are at work.
SWITCH_S: Final = 0.0005


def switch_often() -> None:
    """Sets it for this process."""
    sys.setswitchinterval(SWITCH_S)
