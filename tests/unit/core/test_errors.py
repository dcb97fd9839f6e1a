"""Every exception of the project belongs to the one tree that `fourfold.errors` draws."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from fourfold import errors

ROOTS = ("shared/fourfold", "functions", "infra")
BASES = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}


@cache
def exceptions() -> dict[str, set[str]]:
    """Class name -> names of its bases, for every class of the project that is called an error."""
    found: dict[str, set[str]] = {}
    for root in ROOTS:
        for path in Path(root).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                    named = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
                    if named and "Document" not in named and "BaseModel" not in named:
                        assert node.name not in found or node.name.startswith("_"), (
                            f"two classes are called {node.name}"
                        )
                        found[node.name] = named
    return found


def test_each_derives_from_a_branch_of_the_tree() -> None:
    found = exceptions()
    assert len(found) > 40
    outside = {name: bases for name, bases in found.items() if not bases & (BASES | found.keys()) and name not in BASES}
    assert outside == {}


def test_the_drawing_names_every_class_and_no_other() -> None:
    drawn = set(re.findall(r"\b[A-Z]\w*Error\b", errors.__doc__ or ""))
    assert drawn == {name for name in exceptions().keys() | BASES if not name.startswith("_")}
