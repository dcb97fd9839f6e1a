"""The commands README.md shows, as a reader would copy them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:fourfold|curl) [^`]+)`")
_BEGINS = ("fourfold ", "curl ", "make ", "export ", "pip ")


def commands(readme: Path) -> list[str]:
    """Every command, each once: those of fenced blocks, line by line, and of prose what begins with a program of ours.

    Continued lines are joined, comments dropped, and several commands of a line told apart at `;`.
    """
    text = readme.read_text(encoding="utf-8")
    found = [line for block in _FENCED.findall(text) for line in _lines(block)]
    prose = _FENCED.sub("", text)
    return list(dict.fromkeys([*found, *(match.replace("\n", " ") for match in _INLINE.findall(prose))]))


def _lines(block: str) -> Iterator[str]:
    for line in block.replace("\\\n", " ").splitlines():
        command = re.sub(r"\s+#.*$", "", line)
        for part in re.split(r"\s;\s", command):
            if re.sub(r"^(?:[A-Z_]+=\S+ )*", "", part).startswith(_BEGINS):
                yield part.strip()
