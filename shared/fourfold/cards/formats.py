"""The export formats of a persona, with media types and file names."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from fourfold.cards.character_card import CardExtras, card_v2, card_v3
from fourfold.cards.markdown import markdown
from fourfold.cards.png_card import V2_KEYWORD, V3_KEYWORD, with_cards
from fourfold.cards.portable import document
from fourfold.cards.portrait import portrait
from fourfold.config.engine import SafetyConfig
from fourfold.persona import NotWrittenError, Persona

_MAX_NAME = 60


class FileFormat(StrEnum):
    """The export formats. All but `markdown` contain the whole persona and can be imported."""

    JSON = "json"
    MARKDOWN = "markdown"
    CARD_V2 = "card_v2"
    CARD_V3 = "card_v3"
    CARD_V2_PNG = "card_v2_png"
    CARD_V3_PNG = "card_v3_png"


@dataclass(frozen=True)
class File:
    """A file: content, media type, and Content-Disposition header with its name (RFC 6266)."""

    content: bytes
    media_type: str
    disposition: str


def persona_file(
    persona: Persona,
    file_format: FileFormat,
    safety: SafetyConfig,
    extras: CardExtras,
    picture: bytes | None = None,
) -> File:
    """Returns the persona as a file.

    `picture` is the PNG of a card; without it, a pattern is drawn from the persona's id. Without the signature in
    `extras`, an import of the file is `unaudited`.

    Raises:
        NotWrittenError: a layer is missing.
        NoCardError: the picture is not a PNG.
    """
    if not persona.has_layers or persona.surface is None:
        raise NotWrittenError(persona.id)
    match file_format:
        case FileFormat.JSON:
            content, media_type, extension = _text(document(persona, extras.signature)), "application/json", ".json"
        case FileFormat.MARKDOWN:
            content, media_type, extension = markdown(persona).encode(), "text/markdown", ".md"
        case FileFormat.CARD_V2 | FileFormat.CARD_V3:
            card = card_v2 if file_format is FileFormat.CARD_V2 else card_v3
            content, media_type, extension = _text(card(persona, safety, extras)), "application/json", ".card.json"
        case FileFormat.CARD_V2_PNG | FileFormat.CARD_V3_PNG:
            with_v3 = file_format is FileFormat.CARD_V3_PNG
            cards = {V2_KEYWORD: card_v2(persona, safety, extras, backfill=with_v3)}
            if with_v3:
                cards[V3_KEYWORD] = card_v3(persona, safety, extras)
            image = portrait(persona.id) if picture is None else picture
            content, media_type, extension = with_cards(image, cards), "image/png", ".png"
    return File(content, media_type, _disposition(persona.slug or persona.surface.name, persona.id, extension))


def _text(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _disposition(name: str, fallback: str, extension: str) -> str:
    """Returns the header with an ASCII name for old clients and the full name for others."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    readable = "".join(c if c.isalnum() or c in "-_" else " " for c in plain)
    ascii_name = "-".join(readable.split())[:_MAX_NAME] or fallback
    full = "".join(c for c in name if c not in '/\\:*?"<>|' and unicodedata.category(c)[0] != "C")[:_MAX_NAME]
    return f"attachment; filename=\"{ascii_name}{extension}\"; filename*=UTF-8''{quote(full or fallback)}{extension}"
