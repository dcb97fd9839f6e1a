"""Twenty kills in the middle of four evaluations: each is completed, nothing is paid twice, and no USD is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.evaluations import BRIEFS, CALLS_OF_A_BRIEF, KilledServer, is_explained, killed_server

pytestmark = [pytest.mark.deep(part="evaluations"), pytest.mark.timeout(900)]
EVALUATIONS, KILLS = 4, 20


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KilledServer]:
    with killed_server(tmp_path_factory.mktemp("killed")) as server:
        yield server


@pytest.mark.parametrize("number", range(EVALUATIONS))
def test_an_evaluation_survives_kills_and_records_what_was_paid(killed: KilledServer, number: int) -> None:
    calls = BRIEFS * CALLS_OF_A_BRIEF
    moments = [1 + calls * (EVALUATIONS * place + number) // KILLS for place in range(KILLS // EVALUATIONS)]
    found = killed.kill_during_an_evaluation(moments)
    print(found)  # noqa: T201 - `-s` shows the figures that docs/evaluations.md has
    assert is_explained(found), found
