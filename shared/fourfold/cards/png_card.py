"""Cards inside a PNG: the text chunks `chara` (V2) and `ccv3` (V3), with the card as JSON in base64."""

from __future__ import annotations

import base64
import binascii
import io
import json
import zlib
from typing import Any, Final

import png

from fourfold.errors import InputError
from fourfold.json_values import may_hold_more_values_than

V2_KEYWORD: Final = "chara"
V3_KEYWORD: Final = "ccv3"
# A PNG of 4 MiB with chunks of 8 KiB, the usual size, has about 500.
_MAX_CHUNKS: Final = 2_000
_TEXT: Final = b"tEXt"
_END: Final = b"IEND"


class NoCardError(InputError):
    """The file is not a PNG, or contains no valid card; the message says which."""


def with_cards(image: bytes, cards: dict[str, Any]) -> bytes:
    """Returns the PNG with the cards as text chunks before its end, by keyword."""
    chunks = [chunk for chunk in _chunks(image) if chunk[0] != _END]
    for keyword, card in cards.items():
        text = base64.b64encode(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())
        chunks.append((_TEXT, keyword.encode("latin-1") + b"\x00" + text))
    written = io.BytesIO()
    png.write_chunks(written, [*chunks, (_END, b"")])
    return written.getvalue()


def read_card(image: bytes, max_values: int) -> Any:  # noqa: ANN401 - any JSON
    """Returns the card in a PNG, the V3 card if there are both. The pixels are not decoded.

    Raises:
        NoCardError: the file is not a PNG, has no card, or a card that is not JSON of at most `max_values` values.
    """
    texts: dict[str, bytes] = {}
    for kind, content in _chunks(image):
        keyword, _, text = content.partition(b"\x00")
        if kind == _TEXT and keyword.decode("latin-1").lower() in {V2_KEYWORD, V3_KEYWORD}:
            texts.setdefault(keyword.decode("latin-1").lower(), text)
    text = texts.get(V3_KEYWORD, texts.get(V2_KEYWORD, b""))
    if not text:
        raise NoCardError("The picture contains no character card (no text chunk ccv3 or chara).")
    try:
        written = base64.b64decode(text, validate=True)
        if not may_hold_more_values_than(2 * max_values, written):
            return json.loads(written.decode("utf-8"), parse_constant=_no_constant)
    except (binascii.Error, ValueError, RecursionError):
        raise NoCardError("The card in the picture is not JSON in base64.") from None
    raise NoCardError(f"The card in the picture has more than {max_values} values.")


def _chunks(image: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    try:
        for kind, content in png.Reader(bytes=image).chunks():
            if len(found) == _MAX_CHUNKS:
                raise NoCardError(f"The picture has more than {_MAX_CHUNKS} chunks.")
            found.append((bytes(kind), bytes(content)))
    except (png.Error, zlib.error, EOFError):
        raise NoCardError("The file is not a complete PNG.") from None
    return found


def _no_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON.")
