"""MiniStack's services with a state of their own, as they are or with the database under them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from ministack.core import persistence
from ministack.services import dynamodb

from infra.local.bridges.store.database import Database
from infra.local.bridges.store.tables import install_stored_tables


def copy_of(module: ModuleType) -> Any:
    """A copy of one of MiniStack's modules with a state of its own."""
    assert module.__file__ is not None
    spec = importlib.util.spec_from_file_location(f"copied_{Path(module.__file__).stem}", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def untouched() -> Any:
    """MiniStack's DynamoDB."""
    return copy_of(dynamodb)


def bridged(path: Path) -> tuple[Any, Database]:
    """The same with its tables in a database."""
    module, database = untouched(), Database(path)
    install_stored_tables(database, module)
    return module, database


def saved(module: Any) -> dict[str, Any]:
    """What a module's state is after it was saved and read again."""
    text = json.dumps(module.get_state(), default=persistence._json_default)  # noqa: SLF001 - its format
    state: dict[str, Any] = json.loads(text, object_hook=persistence._json_object_hook)  # noqa: SLF001
    return state


def call(module: Any, action: str, request: dict[str, Any]) -> tuple[int, Any]:
    """Status and body of one request; the handler never waits, so it needs no loop."""
    handled = module.handle_request(
        "POST", "/", {"x-amz-target": f"DynamoDB_20120810.{action}"}, json.dumps(request).encode(), {}
    )
    try:
        handled.send(None)
    except StopIteration as done:
        status, _, body = done.value
        return status, json.loads(body)
    raise AssertionError(f"{action} waited")
