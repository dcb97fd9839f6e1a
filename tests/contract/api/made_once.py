"""What every test of a module begins with, generated for the first of them alone: a persona takes ten requests."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from fourfold.pipeline.state import RunState
from tests.contract.api.conftest import Api
from tests.tables import Kept

T = TypeVar("T")


@dataclass(frozen=True)
class _Made:
    """What was made, and what the tables, the state machine and the job queues had then."""

    thing: Any
    tables: Kept
    started: list[tuple[str, RunState]]
    orders: list[tuple[str, str]]
    order_groups: list[str]


_made: dict[Callable[[Api], Any], _Made] = {}


def made_once(api: Api, make: Callable[[Api], T]) -> T:
    """What `make` makes on an empty store: the first time by requests, after that all is put back as it was then."""
    before = _made.get(make)
    if before is None:
        made = make(api)
        api.machine.settle()
        before = _Made(made, api.kept.held(), [*api.machine.started], [*api.orders], [*api.order_groups])
        _made[make] = before
    else:
        api.kept.put_back(before.tables)
        api.machine.started[:] = deepcopy(before.started)
        api.orders[:], api.order_groups[:] = before.orders, before.order_groups
    thing: T = deepcopy(before.thing)
    return thing
