"""Reads the word lists and the prose of the composer: JSON under `data/`, where a language has a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

_DATA = Path(__file__).with_name("data")

# Kept for each shape: to build one takes longer than to read a file with it.
_ADAPTERS: dict[object, TypeAdapter[Any]] = {}

Shape = TypeVar("Shape")


def load(name: str, shape: type[Shape]) -> Shape:
    """The content of `data/<name>.json` as a value of the type `shape`. The caller caches it.

    Raises:
        FileNotFoundError: there is no such file.
        pydantic.ValidationError: the content does not have the shape.
    """
    return _adapter(shape).validate_json((_DATA / f"{name}.json").read_bytes())


def load_by_language(topic: str, shape: type[Shape]) -> dict[str, Shape]:
    """The content of `data/<language>/<topic>.json` for each language that has the file, by ISO 639 code.

    Raises:
        pydantic.ValidationError: the content of a file does not have the shape.
    """
    files = sorted(_DATA.glob(f"*/{topic}.json"))
    return {file.parent.name: _adapter(shape).validate_json(file.read_bytes()) for file in files}


def _adapter(shape: type[Shape]) -> TypeAdapter[Shape]:
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]
