"""What several tests share is in modules of its own names: a test file is read, moved and deleted alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def imported(file: Path) -> Iterator[str]:
    """The modules a file imports, and for `from package import name` also `package.name`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_nothing_imports_a_test_module() -> None:
    found = [
        f"{file.relative_to(REPOSITORY)} imports {name}"
        for folder in ("tests", "benchmarks")
        for file in sorted((REPOSITORY / folder).rglob("*.py"))
        for name in imported(file)
        if any(part.startswith("test_") for part in name.split("."))
    ]
    assert not found, "move what is shared to a module of its own name:\n" + "\n".join(found)
