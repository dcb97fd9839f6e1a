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

    def plus(self, other: Estimate) -> Estimate:
        """Returns the estimate of both requests."""
        return Estimate(
            models=self.models | other.models,
            calls=CountRange(low=self.calls.low + other.calls.low, high=self.calls.high + other.calls.high),
            tokens=CountRange(low=self.tokens.low + other.tokens.low, high=self.tokens.high + other.tokens.high),
            usd=UsdRange(low=_plus(self.usd.low, other.usd.low), high=_plus(self.usd.high, other.usd.high)),
        )

    def if_needed(self) -> Estimate:
        """Returns the estimate of a request that may not be made."""
        none = CountRange(low=0, high=0)
        return Estimate(
            models=self.models,
            calls=none.model_copy(update={"high": self.calls.high}),
            tokens=none.model_copy(update={"high": self.tokens.high}),
            usd=UsdRange(low=0.0, high=self.usd.high),
        )


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else round(one + other, 6)


def _times(usd: float | None, count: int) -> float | None:
    return None if usd is None else round(usd * count, 6)
