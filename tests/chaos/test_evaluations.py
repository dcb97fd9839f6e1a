"""Kills during evaluations: each is completed, nothing is paid twice, and no USD is missing.

Twenty meet the steps and the judgements of four evaluations, three the conclusions of further ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.evaluations import (
    BRIEFS,
    CALLS_OF_A_BRIEF,
    MOST_REPAIRS,
    TOLERANCE_USD,
    KilledServer,
    is_explained,
    killed_server,
)

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


@pytest.mark.parametrize("delay_s", [0.0, 0.15, 0.4])
def test_a_kill_during_the_conclusion_leaves_it_whole_and_pays_nothing_again(
    killed: KilledServer, delay_s: float
) -> None:
    found = killed.kill_after_the_last_answer(delay_s)
    print(found)  # noqa: T201 - `-s` shows the figures that docs/evaluations.md has
    assert (found.status, found.pairs) == ("completed", 1)
    assert found.events.count("job.completed") == 1
    assert found.events[-1] == "job.completed"
    # The last answer may be lost with the kill, and is asked for again.
    assert found.calls <= CALLS_OF_A_BRIEF + MOST_REPAIRS + 1
    assert abs(found.paid_usd - found.recorded_usd) <= TOLERANCE_USD
