"""The difference of two versions of a persona: field by field, and word by word within a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue

from fourfold.ids import PersonaId
from fourfold.layers import layers_of
from fourfold.persona import Document, Persona
from fourfold.persona_versions import PersonaVersion, VersionSummary, summary

# A word with the blanks after it, or a character of a script that is written without blanks.
_WORD: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]\s*|\w+\s*|[^\w\s]+\s*|\s+"
)


class WordChange(Document):
    """A part of a text that both versions have, or only one of them: `removed` is in `before`, `added` in `after`."""

    op: Literal["equal", "removed", "added"]
    text: str


class FieldDifference(Document):
    """A field whose value differs. `words` is null unless both values are texts; then its parts in order."""

    field: str
    before: JsonValue
    after: JsonValue
    words: tuple[WordChange, ...] | None = None


class PersonaDiff(Document):
    """The fields that differ between two versions of a persona, in document order."""

    persona_id: PersonaId
    from_: Annotated[VersionSummary, Field(alias="from")]
    to: VersionSummary
    fields: tuple[FieldDifference, ...]


def difference(before: PersonaVersion, after: PersonaVersion) -> PersonaDiff:
    """Returns what differs between two versions of one persona."""
    old, new = dict(_fields(before.persona)), dict(_fields(after.persona))
    return PersonaDiff(
        persona_id=after.persona.id,
        from_=summary(before),
        to=summary(after),
        fields=tuple(
            FieldDifference(field=field, before=old[field], after=value, words=_words(old[field], value))
            for field, value in new.items()
            if value != old[field]
        ),
    )


def word_changes(before: str, after: str) -> tuple[WordChange, ...]:
    """Returns the parts of two texts in order. Those not `added` make up `before`, those not `removed` `after`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    changes = []
    for op, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if op == "equal":
            changes.append(WordChange(op="equal", text="".join(old[start:end])))
            continue
        if end > start:
            changes.append(WordChange(op="removed", text="".join(old[start:end])))
        if new_end > new_start:
            changes.append(WordChange(op="added", text="".join(new[new_start:new_end])))
    return tuple(changes)


def _words(before: object, after: object) -> tuple[WordChange, ...] | None:
    return word_changes(before, after) if isinstance(before, str) and isinstance(after, str) else None


def _fields(persona: Persona) -> Iterator[tuple[str, Any]]:
    """Yields path and JSON value of everything that a version can change."""
    yield "status", persona.status.value
    yield "slug", persona.slug
    yield "visibility", persona.visibility.value
    yield "language", persona.language
    yield from layers_of(persona).fields().items()
    audit = persona.audit
    yield "audit.overall", None if audit is None else audit.overall
    yield "audit.stale", None if audit is None else audit.stale
