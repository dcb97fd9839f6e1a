"""Options that are numbers: what JSON cannot carry is refused before anything is sent."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app


@pytest.mark.parametrize(
    "words",
    [
        ("evaluate", "--b", "naive", "--set", "standard@1", "--max-usd"),
        ("evaluate", "--b", "naive", "--set", "standard@1", "--max-usd", "1", "--margin"),
        ("config", "lock", "engine.pipeline.audit.min_overall_score", "--min"),
        ("config", "lock", "engine.pipeline.audit.min_overall_score", "--max"),
        ("keys", "create", "ci", "--scope", "personas:read", "--usd-per-month"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_number_that_json_does_not_have_is_refused(words: tuple[str, ...], number: str) -> None:
    refused = CliRunner().invoke(app, [*words, number])
    assert (refused.exit_code, "Invalid value" in refused.output) == (2, True)
