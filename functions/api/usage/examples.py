"""OpenAPI examples of usage."""

from __future__ import annotations

from datetime import date
from typing import Any

from fourfold.persona import TokenUsage
from functions.api.openapi.example_values import by_schema
from functions.api.usage.schemas import UsageFigures, UsageGroup, UsageReport

_FIGURES = UsageFigures(
    calls=7,
    failures=0,
    tokens=TokenUsage(input_tokens=9120, cache_read_tokens=3040, output_tokens=2110),
    cached_share=0.25,
    cost_usd=0.0652,
    unpriced_calls=0,
)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    group = UsageGroup(group="anthropic:claude-sonnet-4-6", **dict(_FIGURES))
    report = UsageReport(
        from_=date(2026, 11, 1), to=date(2026, 11, 27), group_by="model", data=(group,), total=_FIGURES
    )
    return by_schema([_FIGURES, group, report])
