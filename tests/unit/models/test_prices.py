"""Cost at list price, against hand calculation from the published prices (USD per million tokens)."""

from __future__ import annotations

import logging

import pytest

from fourfold.models.prices import _warn, cost_usd
from fourfold.persona import TokenUsage

USAGE = TokenUsage(
    input_tokens=1_000, cache_read_tokens=10_000, cache_write_tokens=2_000, output_tokens=500, reasoning_tokens=200
)


@pytest.mark.parametrize(
    ("provider", "model", "usd"),
    [
        # in 3, cache read 0.30, cache write 1.25 x in, out 15; reasoning is part of out and not charged again
        ("anthropic", "claude-sonnet-4-6", (1_000 * 3 + 10_000 * 0.3 + 2_000 * 3.75 + 500 * 15) / 1e6),
        ("anthropic", "claude-opus-4-7", (1_000 * 5 + 10_000 * 0.5 + 2_000 * 6.25 + 500 * 25) / 1e6),
    ],
)
def test_cached_tokens_have_their_own_prices(provider: str, model: str, usd: float) -> None:
    assert cost_usd(provider, model, USAGE) == pytest.approx(usd, rel=1e-9)


@pytest.mark.parametrize(
    ("provider", "model", "per_million_in", "per_million_out"),
    [
        ("openai", "gpt-6.1-sol", 2, 10),
        ("openai", "gpt-6.1-terra", 1, 5),
        ("google", "gemini-3.8-flash", 0.75, 3.75),
        ("bedrock", "global.anthropic.claude-sonnet-4-6", 3, 15),
        ("bedrock", "eu.anthropic.claude-sonnet-4-6", 3.3, 16.5),  # a regional profile costs a tenth more
    ],
)
def test_other_providers_at_their_list_price(
    provider: str, model: str, per_million_in: float, per_million_out: float
) -> None:
    usage = TokenUsage(input_tokens=1_000, output_tokens=2_000)
    expected = (1_000 * per_million_in + 2_000 * per_million_out) / 1e6
    assert cost_usd(provider, model, usage) == pytest.approx(expected, rel=1e-9)


def test_a_dated_release_costs_what_its_model_costs() -> None:
    assert cost_usd("anthropic", "claude-sonnet-4-6-20260217", USAGE) == cost_usd(
        "anthropic", "claude-sonnet-4-6", USAGE
    )


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-of-tomorrow"),
        ("compatible", "llama3.1:8b"),
        ("google", "gemini-3.8-flash-lite"),  # the tables know a sibling by the beginning of its name
    ],
)
def test_an_unknown_price_is_none_with_one_warning_and_never_zero(
    provider: str, model: str, caplog: pytest.LogCaptureFixture
) -> None:
    _warn.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert cost_usd(provider, model, USAGE) is None
        assert cost_usd(provider, model, USAGE) is None
    assert [record.getMessage() for record in caplog.records] == [
        f"no list price for {provider}:{model}: its cost is unknown"
    ]
