"""What a call costs at list price, from the dated tables of genai-prices (offline; loaded at the first priced call)."""

from __future__ import annotations

import logging
import re
from functools import lru_cache

from fourfold.persona import TokenUsage

logger = logging.getLogger(__name__)

_RELEASE = re.compile(r"|-latest|-\d{8}|-\d{4}-\d{2}-\d{2}|@\d{8}")
_PROVIDER_IDS = {"anthropic": "anthropic", "openai": "openai", "google": "google", "bedrock": "aws"}


def cost_usd(provider: str, model: str, usage: TokenUsage) -> float | None:
    """USD at list price; None, with a warning once, for a model without one. A server of the caller's own has none."""
    cost = _at_list_price(_PROVIDER_IDS[provider], model, usage) if provider in _PROVIDER_IDS else None
    if cost is None:
        _warn(provider, model)
    return cost


def _at_list_price(provider_id: str, model: str, usage: TokenUsage) -> float | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - 180 ms that only a priced call pays

    metered = Usage(
        input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        price = calc_price(metered, model, provider_id=provider_id)
    except (LookupError, ValueError):
        return None
    # The tables match by prefix, and siblings cost less. Bedrock's names carry regions and versions, which they know.
    known = provider_id == _PROVIDER_IDS["bedrock"] or _is_release_of(model, price.model.id)
    return float(price.total_price) if known else None


def _is_release_of(model: str, priced: str) -> bool:
    """Whether `model` is the priced one or a dated release of it."""
    return model.startswith(priced) and _RELEASE.fullmatch(model.removeprefix(priced)) is not None


@lru_cache(1024)  # a model name is any text in a setting
def _warn(provider: str, model: str) -> None:
    logger.warning("no list price for %s:%s: its cost is unknown", provider, model)
