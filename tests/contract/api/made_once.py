"""What every test of a module begins with, generated for the first of them alone: a persona takes ten requests."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.contract.api.conftest import Api
from tests.tables import Kept

T = TypeVar("T")


@dataclass(frozen=True)
class _Made:
    """What was made and what the state machine had started, pickled; what the tables and the job queues had then."""

    pickled: bytes
    tables: Kept
    orders: list[tuple[str, str]]
    order_groups: list[str]


_made: dict[Callable[[Api], Any], _Made] = {}


def made_once(api: Api, make: Callable[[Api], T]) -> T:
    """What `make` makes on an empty store: the first time by requests, after that all is put back as it was then."""
    before = _made.get(make)
    if before is None:
        made = make(api)
        api.machine.settle()
        pickled = pickle.dumps((made, api.machine.started), pickle.HIGHEST_PROTOCOL)
        before = _made[make] = _Made(pickled, api.kept.held(), [*api.orders], [*api.order_groups])
    else:
        api.kept.put_back(before.tables)
        api.orders[:], api.order_groups[:] = before.orders, before.order_groups
    thing: T
    thing, api.machine.started[:] = pickle.loads(before.pickled)  # noqa: S301 - this process wrote it
    return thing
