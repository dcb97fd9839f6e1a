"""How many random examples a test tries: a few in the gate, many in `make test-deep PART=random`."""

from __future__ import annotations

import os

MANY = "FOURFOLD_MANY_EXAMPLES"


def examples(few: int, many: int) -> int:
    """`many` where the environment asks for them. Tests that differ in this carry the marker `random`."""
    return many if os.environ.get(MANY) else few
