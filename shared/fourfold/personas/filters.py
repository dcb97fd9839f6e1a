"""Which personas of a workspace to list, and in which order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fourfold.persona import PersonaStatus

_WORD = re.compile(r"\w+")


class Listed(Protocol):
    """What is known of a persona in a list."""

    @property
    def status(self) -> PersonaStatus: ...
    @property
    def slug(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def evaluation_id(self) -> str | None: ...
    @property
    def metadata(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class PersonaFilter:
    """All conditions must hold; None and empty ones select everything.

    `language` selects a tag and what is more specific (`en`: `en-GB` too; RFC 4647, basic filtering). Each word of `q`
    must begin a word of the name or of the slug, without regard to case and accents. The bounds of `created_at` are
    exclusive. Personas of an evaluation are selected by its id alone.
    """

    status: PersonaStatus | None = None
    language: str | None = None
    slug: str | None = None
    archived: bool | None = None
    q: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    evaluation_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    newest_first: bool = True

    def selects(self, persona: Listed) -> bool:
        """Whether all conditions hold."""
        return (
            self.status in {None, persona.status}
            and self.slug in {None, persona.slug}
            and self.archived in {None, persona.status is PersonaStatus.ARCHIVED}
            and (self.created_after is None or persona.created_at > self.created_after)
            and (self.created_before is None or persona.created_at < self.created_before)
            and self.evaluation_id == persona.evaluation_id
            and self.metadata.items() <= persona.metadata.items()
            and (self.language is None or _is_language(persona.language, self.language))
            and (self.q is None or _begins_words(self.q, f"{persona.name or ''} {persona.slug or ''}"))
        )


def _is_language(tag: str | None, wanted: str) -> bool:
    return tag is not None and f"{tag.lower()}-".startswith(f"{wanted.lower()}-")


def _begins_words(q: str, text: str) -> bool:
    words = _words(text)
    return all(any(word.startswith(begun) for word in words) for begun in _words(q))


def _words(text: str) -> list[str]:
    """The words without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORD.findall(bare.replace("_", " "))
