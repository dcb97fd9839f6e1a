"""A generated picture for a persona: a pattern in two colours, derived from the persona's id."""

from __future__ import annotations

import colorsys
import hashlib
import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import png

# The image size of character card applications.
WIDTH: Final = 400
HEIGHT: Final = 600
_CELL: Final = 50
_COLUMNS: Final = WIDTH // _CELL
_ROWS: Final = HEIGHT // _CELL


@lru_cache(maxsize=64)
def portrait(persona_id: str) -> bytes:
    """Returns a PNG of 400 x 600 pixels, symmetric from left to right, of a few kilobytes."""
    digest = hashlib.sha256(persona_id.encode()).digest()
    background, foreground = _colour(digest[0], 0.25, 0.30), _colour(digest[0] + 96 + digest[1] % 64, 0.70, 0.55)
    output = io.BytesIO()
    writer = png.Writer(size=(WIDTH, HEIGHT), palette=[background, foreground], bitdepth=1, compression=9)
    writer.write(output, _pixels(int.from_bytes(digest[2:8], "big")))
    return output.getvalue()


def _pixels(pattern: int) -> Iterator[list[int]]:
    half = _COLUMNS // 2
    for row in range(_ROWS):
        left = [pattern >> (row * half + column) & 1 for column in range(half)]
        line = [cell for cell in (*left, *reversed(left)) for _ in range(_CELL)]
        yield from [line] * _CELL


def _colour(hue: int, lightness: float, saturation: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue % 256 / 256, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
