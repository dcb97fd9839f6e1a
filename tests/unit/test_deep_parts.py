"""The parts of the deep checks are described where a reader looks for them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.deep_parts import PARTS

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_page_describes_every_part() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == PARTS
