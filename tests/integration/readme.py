"""The commands that README.md and the pages of docs/ show, as a reader would copy them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:fourfold|curl) [^`]+)`")
_BEGINS = ("fourfold ", "curl ", "make ", "export ", "pip ")


def commands(*pages: Path) -> list[str]:
    """Every command of the pages, each once, in their order.

    Those of fenced blocks, line by line, and in prose the inline code that begins with one of our programs. Continued
    lines are joined, comments dropped, and several commands of a line separated at `;`.
    """
    found: list[str] = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        found += [line for block in _FENCED.findall(text) for line in _lines(block)]
        found += [match.replace("\n", " ") for match in _INLINE.findall(_FENCED.sub("", text))]
    return list(dict.fromkeys(found))


def _lines(block: str) -> Iterator[str]:
    for line in block.replace("\\\n", " ").splitlines():
        command = re.sub(r"\s+#.*$", "", line)
        for part in re.split(r"\s;\s", command):
            if re.sub(r"^(?:[A-Z_]+=\S+ )*", "", part).startswith(_BEGINS):
                yield part.strip()
