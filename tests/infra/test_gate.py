"""The audit's gate in the state machine: it stands where the config a run is pinned to puts it."""

from __future__ import annotations

import pytest

from tests.infra.state_machine import STATES, evaluate


@pytest.mark.parametrize(
    ("least", "retries", "overall", "attempt", "verdict"),
    [
        (4.5, 3, 4.4, 1, "PrepareRetry"),
        (4.5, 3, 4.5, 1, "Accept"),
        (0.0, 3, 0.0, 1, "Accept"),
        (3.5, 0, 3.4, 1, "Flag"),
        (3.5, 1, 3.4, 1, "PrepareRetry"),
        (3.5, 1, 3.4, 2, "Flag"),
    ],
)
def test_the_gate_follows_the_config(least: float, retries: int, overall: float, attempt: int, verdict: str) -> None:
    gate = {"min_overall_score": least, "max_retries": retries}
    state = {
        "audit": {"overall": overall},
        "attempt": attempt,
        "config": {"pipeline": {"method": "six_steps", "audit": gate}},
    }
    choices = STATES["Verdict"]["Choices"]
    taken = [rule["Next"] for rule in choices if evaluate(rule["Condition"], input=state) is True]
    assert (taken or [STATES["Verdict"]["Default"]])[0] == verdict
