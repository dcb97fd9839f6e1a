"""The shipped sets of briefs, each with its version and the content hash of its briefs.

A published version never changes: another text is another version. The briefs of a set are mixed, so that the first
ones are as varied as all of them.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

from fourfold.errors import NotFoundError
from fourfold.evaluation.models import BriefItem
from fourfold.persona import Document

_DATA: Final = Path(__file__).with_name("data")
# Name and version, as requests give them, and the file.
_FILES: Final = {"standard@1": "standard-1.jsonl"}
BRIEF_SETS: Final = tuple(_FILES)


class NoBriefSetError(NotFoundError):
    """There is no brief set of this name and version."""


class BriefSet(Document):
    """A set of briefs. `hash` (`set_...`) is the content hash of ids and texts, in their order."""

    name: str
    hash: str
    briefs: tuple[BriefItem, ...]


@cache
def brief_set(name: str) -> BriefSet:
    """The set of a name with its version, such as `standard@1`.

    Raises:
        NoBriefSetError: there is none; the message lists those there are.
    """
    if name not in _FILES:
        raise NoBriefSetError(f"the brief sets are: {', '.join(BRIEF_SETS)}")
    lines = (_DATA / _FILES[name]).read_text(encoding="utf-8").splitlines()
    briefs = tuple(BriefItem.model_validate_json(line) for line in lines)
    texts = json.dumps([[brief.id, brief.text] for brief in briefs], ensure_ascii=False)
    return BriefSet(name=name, hash=f"set_{hashlib.sha256(texts.encode()).hexdigest()[:12]}", briefs=briefs)
