"""Prints every regular expression that the product compiles when it is imported.

Run as a process of its own, so that no pattern was compiled before.
Output: a JSON list of [pattern, flags, file, line].
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from re import _compiler  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).parents[3]
_compile = _compiler.compile
_found: dict[tuple[str, int], tuple[str, int]] = {}


def _recording(pattern: Any, flags: int = 0) -> Any:
    frame = sys._getframe(1)  # noqa: SLF001 - the caller's frame is wanted
    while frame.f_back is not None and Path(frame.f_code.co_filename).parent.name == "re":
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    if isinstance(pattern, str) and path.is_relative_to(ROOT) and ".venv" not in path.parts:
        _found[pattern, int(flags)] = (str(path.relative_to(ROOT)), frame.f_lineno)
    return _compile(pattern, flags)


def _import_all(folder: str) -> None:
    """Imports every module below `folder` that uses regular expressions."""
    for source in sorted((ROOT / folder).rglob("*.py")):
        if re.search(r"^import re$", source.read_text(encoding="utf-8"), re.MULTILINE):
            parts = source.relative_to(ROOT).with_suffix("").parts
            importlib.import_module(".".join(parts[1:] if parts[0] == "shared" else parts))


if __name__ == "__main__":
    re.purge()
    _compiler.compile = _recording
    sys.path.insert(0, str(ROOT))
    for name in ("shared/fourfold", "shared/fourfold_offline", "functions"):
        _import_all(name)
    json.dump([[*pattern, *place] for pattern, place in _found.items()], sys.stdout)
