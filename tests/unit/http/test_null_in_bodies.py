"""A body's field may be null where its schema says so; elsewhere null is refused. No validator fails on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

from pydantic import BaseModel, ValidationError

from infra.local.home import REPOSITORY


def models() -> Iterator[type[BaseModel]]:
    """Every model in the API's modules of schemas."""
    for file in sorted((REPOSITORY / "functions" / "api").rglob("*schemas.py")):
        module = import_module(".".join(file.relative_to(REPOSITORY).with_suffix("").parts))
        found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, BaseModel)]
        yield from (model for model in found if model.__module__ == module.__name__)


def test_null_is_taken_or_refused_by_every_field() -> None:
    broken, tried = [], 0
    for model in models():
        for name, field in model.model_fields.items():
            tried += 1
            try:
                with suppress(ValidationError):
                    model.model_validate({field.alias or name: None})
            except TypeError as error:
                broken.append(f"{model.__name__}.{name}: {error}")
    assert broken == []
    assert tried > 200
