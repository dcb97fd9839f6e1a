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

    def times(self, count: int) -> Estimate:
        """Returns the estimate of `count` equal requests."""
        return Estimate(
            models=self.models,
            calls=CountRange(low=self.calls.low * count, high=self.calls.high * count),
            tokens=CountRange(low=self.tokens.low * count, high=self.tokens.high * count),
            usd=UsdRange(low=_times(self.usd.low, count), high=_times(self.usd.high, count)),
        )


def _times(usd: float | None, count: int) -> float | None:
    return None if usd is None else round(usd * count, 6)
