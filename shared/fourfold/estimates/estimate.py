"""The estimate of a request, as the API returns it."""

from __future__ import annotations

from fourfold.persona import Document


class CountRange(Document):
    """The least and the greatest number that is expected."""

    low: int
    high: int


class UsdRange(Document):
    """USD at list price; null if the price of a model is unknown."""

    low: float | None
    high: float | None


class Estimate(Document):
    """What a request would cost. Nothing was spent or stored.

    `low` is for answers that are valid at once, without thinking. `high` adds the thinking that models may do, and what
    a run may repeat: one retry of a generation, second judgements of a suite. It is no limit: three retries are
    possible. `models` has the model of each part that is asked first; prompt caches are not counted.
    """

    models: dict[str, str]
    calls: CountRange
    tokens: CountRange
    usd: UsdRange
