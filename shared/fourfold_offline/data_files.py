"""Reads the word lists and the prose of the composer: JSON under `data/`, where a language has a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

_DATA = Path(__file__).with_name("data")

Shape = TypeVar("Shape")


def load(name: str, shape: type[Shape]) -> Shape:
    """The content of `data/<name>.json` as a value of the type `shape`. The caller caches it.

    Raises:
        FileNotFoundError: there is no such file.
        pydantic.ValidationError: the content does not have the shape.
    """
    return TypeAdapter(shape).validate_json((_DATA / f"{name}.json").read_bytes())


def load_by_language(topic: str, shape: type[Shape]) -> dict[str, Shape]:
    """The content of `data/<language>/<topic>.json` for each language that has the file, by ISO 639 code.

    Raises:
        pydantic.ValidationError: the content of a file does not have the shape.
    """
    adapter = TypeAdapter(shape)
    files = sorted(_DATA.glob(f"*/{topic}.json"))
    return {file.parent.name: adapter.validate_json(file.read_bytes()) for file in files}
