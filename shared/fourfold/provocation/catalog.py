"""The catalog: the 33 tests this product ships, one file for each family, and what a workspace makes of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from fourfold.provocation.definition import Family, ProvocationTest

CATALOG_VERSION: Final = "1.0.0"


@cache
def shipped_tests() -> tuple[ProvocationTest, ...]:
    """The tests of this release, in the order of their ids by family."""
    folder = resources.files("fourfold.provocation") / "catalog"
    found: list[ProvocationTest] = []
    for family in Family:
        content = json.loads((folder / f"{family}.json").read_text(encoding="utf-8"))
        found += [ProvocationTest.model_validate_json(json.dumps(test), strict=True) for test in content["tests"]]
    return tuple(found)


def content_hash(tests: Iterable[ProvocationTest]) -> str:
    """A hash of what is asked and how it is judged: two runs with the same one are comparable."""
    canonical = [test.model_dump_json() for test in sorted(tests, key=lambda test: test.id)]
    return "sha256:" + hashlib.sha256("\n".join(canonical).encode()).hexdigest()
