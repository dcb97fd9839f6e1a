"""Parts of hostile persona files."""

from __future__ import annotations

import zlib

CARD = b'{"spec": "chara_card_v3", "spec_version": "3.0", "data": {"extensions": {"fourfold": {"persona": {%s}}}}}'


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG file."""
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


def persona_file(field: str) -> bytes:
    """A persona file whose persona is this field, in JSON, alone."""
    return f'{{"spec": "fourfold_persona", "spec_version": "1.0", "data": {{{field}}}}}'.encode()
