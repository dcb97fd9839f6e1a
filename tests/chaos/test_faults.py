"""Two strikes of each kind: the short form of `make chaos`."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.chaos.__main__ import SCALE, Arena
from tests.chaos.faults import CLOCK, FAULTS, Fault
from tests.chaos.paid import PaidProvider
from tests.providers.whole_product import WholeProduct
from tests.unit.webhooks.receiver import receiver

pytestmark = [pytest.mark.deep(part="chaos"), pytest.mark.timeout(600)]
STRIKES = 2
MAKERS = 6


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with PaidProvider(WholeProduct(), scale=SCALE, seed=1) as provider, receiver() as hooks:
        arena = Arena(tmp_path_factory.mktemp("chaos"), provider, hooks)
        arena.start()
        yield arena
        arena.server.kill()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_doubled_or_stuck(arena: Arena, fault: Fault) -> None:
    if not fault.possible():
        pytest.skip("this machine cannot")
    rng = random.Random(fault.name)  # noqa: S311 - a test's moments
    outcome = arena.strike(fault, STRIKES, MAKERS, rng)
    assert outcome.counts.is_clean(), outcome.counts
    assert outcome.acknowledged > 0
    if fault is CLOCK:
        assert not outcome.counts.failed  # no run is taken for lost
