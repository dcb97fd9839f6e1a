"""Values that the examples of several resources share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from fourfold.persona import TokenUsage

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PERSONA_ID = "per_01kaqf0c5v3y9m2t8z4n6r1w7a"
RUN_ID = "run_01kaqf0c5v3y9m2t8z4n6r1w7b"
TOKENS = TokenUsage(input_tokens=1796, output_tokens=360).model_dump()
USAGE = {
    "tokens": TOKENS,
    "cost_usd": 0.018,
    "by_step": {"soul_draft": {"tokens": TOKENS, "cost_usd": 0.018, "duration_ms": 9120}},
}


def by_schema(documents: Iterable[BaseModel]) -> dict[str, Any]:
    """Returns each document as JSON, by schema name."""
    return {type(document).__name__: document.model_dump(mode="json", by_alias=True) for document in documents}
