"""What a call costs at list price, from the dated tables of genai-prices (offline; loaded at the first priced call)."""

from __future__ import annotations

import logging
from functools import cache

from fourfold.persona import TokenUsage

logger = logging.getLogger(__name__)

_PROVIDER_IDS = {"anthropic": "anthropic", "openai": "openai", "google": "google", "bedrock": "aws"}


def cost_usd(provider: str, model: str, usage: TokenUsage) -> float | None:
    """USD at list price; None, with a warning once, for a model without one. A server of the caller's own has none."""
    if provider not in _PROVIDER_IDS:
        _warn(provider, model)
        return None
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - 180 ms that only a priced call pays

    inputs = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    metered = Usage(
        input_tokens=inputs,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        price = calc_price(metered, model, provider_id=_PROVIDER_IDS[provider])
    except LookupError:
        _warn(provider, model)
        return None
    return float(price.total_price)


@cache
def _warn(provider: str, model: str) -> None:
    logger.warning("no list price for %s:%s: its cost is unknown", provider, model)
