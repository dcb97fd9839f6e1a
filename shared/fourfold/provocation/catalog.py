"""The catalog: the 33 shipped tests, one JSON file per family."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from fourfold.provocation.definition import Family, ProvocationTest

CATALOG_VERSION: Final = "1.1.0"


@cache
def shipped_tests() -> tuple[ProvocationTest, ...]:
    """The shipped tests, ordered by family and id; read once per process."""
    folder = resources.files("fourfold.provocation") / "catalog"
    found: list[ProvocationTest] = []
    for family in Family:
        content = json.loads((folder / f"{family}.json").read_text(encoding="utf-8"))
        found += [ProvocationTest.model_validate_json(json.dumps(test), strict=True) for test in content["tests"]]
    return tuple(found)


def content_hash(tests: Iterable[ProvocationTest]) -> str:
    """SHA-256 over the tests' content. Runs with the same hash are comparable."""
    canonical = [test.model_dump_json() for test in sorted(tests, key=lambda test: test.id)]
    return "sha256:" + hashlib.sha256("\n".join(canonical).encode()).hexdigest()
