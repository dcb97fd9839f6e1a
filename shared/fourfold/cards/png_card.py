"""Cards inside a PNG: the text chunks `chara` (V2) and `ccv3` (V3), with the card as JSON in base64."""

from __future__ import annotations

import base64
import binascii
import codecs
import io
import json
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import png

from fourfold.errors import InputError
from fourfold.json_values import may_hold_more_values_than

V2_KEYWORD: Final = "chara"
V3_KEYWORD: Final = "ccv3"
# A PNG of 4 MiB with chunks of 8 KiB, the usual size, has about 500.
_MAX_CHUNKS: Final = 2_000
_TEXT: Final = b"tEXt"
_HEADER: Final = b"IHDR"
_PIXELS: Final = b"IDAT"
_END: Final = b"IEND"
# A file has one card, or one of each version; more are looked at in case some are broken.
_MAX_CARDS: Final = 4
_MAX_TEXTS: Final = 8
_MAX_TEXT_BYTES: Final = 4 * 1024 * 1024


class NoCardError(InputError):
    """The file is not a PNG, or contains no valid card; the message says which."""


def with_cards(image: bytes, cards: dict[str, Any]) -> bytes:
    """Returns the PNG with the cards as text chunks before its end, by keyword. They replace cards that it has.

    Raises:
        NoCardError: the image is not a complete PNG.
    """
    found = _chunks(image)
    if not found or found[0][0] != _HEADER or _PIXELS not in (kind for kind, _ in found):
        raise NoCardError("The file is not a complete PNG.")
    chunks = [(kind, content) for kind, content in found if kind != _END and not _is_card(kind, content)]
    for keyword, card in cards.items():
        text = base64.b64encode(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())
        chunks.append((_TEXT, keyword.encode("latin-1") + b"\x00" + text))
    written = io.BytesIO()
    png.write_chunks(written, [*chunks, (_END, b"")])
    return written.getvalue()


def read_cards(image: bytes, max_values: int) -> list[Any]:
    """Returns the cards in a PNG that can be read, V3 cards first. The pixels are not decoded.

    Applications write cards as tEXt, zTXt or iTXt, with or without a byte order mark, and with line breaks in the
    base64. Some leave an unreadable chunk beside a good one.

    Raises:
        NoCardError: the file is not a PNG, has no card, or only cards that are not JSON of at most `max_values` values.
    """
    texts = sorted(_card_texts(image), key=lambda found: found[0] != V3_KEYWORD)[:_MAX_CARDS]
    if not texts:
        raise NoCardError("The picture contains no character card (no text chunk ccv3 or chara).")
    cards: list[Any] = []
    fault = NoCardError("")
    for _, text in texts:
        try:
            cards.append(_card(text, max_values))
        except NoCardError as error:
            fault = error
    if not cards:
        raise fault
    return cards


def _card_texts(image: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields the keyword and the text of the first _MAX_TEXTS chunks that may hold a card.

    More are not unpacked: a few bytes can become _MAX_TEXT_BYTES.
    """
    named = ((kind, *content.partition(b"\x00")) for kind, content in _chunks(image) if kind in _TEXTS)
    cards = ((kind, keyword.decode("latin-1").lower(), rest) for kind, keyword, _, rest in named)
    wanted = ((kind, name, rest) for kind, name, rest in cards if name in {V2_KEYWORD, V3_KEYWORD})
    for kind, name, rest in islice(wanted, _MAX_TEXTS):
        text = _TEXTS[kind](rest)
        if text:
            yield name, text


def _is_card(kind: bytes, content: bytes) -> bool:
    return kind in _TEXTS and content.partition(b"\x00")[0].decode("latin-1").lower() in {V2_KEYWORD, V3_KEYWORD}


def _card(text: bytes, max_values: int) -> Any:  # noqa: ANN401 - any JSON
    try:
        written = base64.b64decode(b"".join(text.removeprefix(codecs.BOM_UTF8).split()), validate=True)
        if not may_hold_more_values_than(2 * max_values, written):
            return json.loads(written.decode("utf-8-sig"), parse_constant=_no_constant)
    except (binascii.Error, ValueError, RecursionError):
        raise NoCardError("The card in the picture is not JSON in base64.") from None
    raise NoCardError(f"The card in the picture has more than {max_values} values.")


def _plain(rest: bytes) -> bytes:
    return rest


def _compressed(rest: bytes) -> bytes:
    """The text of a zTXt chunk: a method byte, and data compressed by zlib."""
    return _unpacked(rest[1:]) if rest[:1] == b"\x00" else b""


def _international(rest: bytes) -> bytes:
    """The text of an iTXt chunk: flag, method, language and translated keyword, and text that may be compressed."""
    flag, method, named = rest[:1], rest[1:2], rest[2:]
    _, _, translated = named.partition(b"\x00")
    _, _, text = translated.partition(b"\x00")
    if flag == b"\x01":
        return _unpacked(text) if method == b"\x00" else b""
    return text


def _unpacked(data: bytes) -> bytes:
    """Decompresses at most _MAX_TEXT_BYTES; empty for data that is longer or broken."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, _MAX_TEXT_BYTES)
    except zlib.error:
        return b""
    return text if unpacker.eof else b""


_TEXTS: Final[dict[bytes, Callable[[bytes], bytes]]] = {
    _TEXT: _plain,
    b"zTXt": _compressed,
    b"iTXt": _international,
}


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
