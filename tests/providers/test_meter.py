"""The meter bills as the providers say they do, and the product's own record is its bill."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fourfold.llm.port import ChatMessage, ChatRequest
from fourfold.models import adapter, resolve
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from tests.builders import new_state
from tests.providers.meter import Meter, priced
from tests.providers.metered_product import MeteredProduct
from tests.providers.server import ProviderServer
from tests.providers.setting import reached_by_all
from tests.providers.wires import Body, Metered, Provider, Received


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def marked_call(model: str, tokens: int, said: str = "Evening.") -> Received:
    """A chat whose system text of about `tokens` tokens ends with a cache marker."""
    system = [{"type": "text", "text": "word. " * round(tokens * 4.25 / 6), "cache_control": {"type": "ephemeral"}}]
    body: Body = {"model": model, "system": system, "messages": [{"role": "user", "content": said}]}
    return Received(Provider.ANTHROPIC, "/v1/messages", {}, body)


@pytest.mark.parametrize(
    ("model", "tokens", "written", "read"),
    [
        ("claude-sonnet-4-6", 900, False, False),
        ("claude-sonnet-4-6", 1500, True, False),  # between the documented floor and the measured one
        ("claude-sonnet-4-6", 2200, True, True),
        ("claude-opus-4-7", 1500, False, False),
        ("claude-opus-4-7", 3000, True, False),
        ("claude-opus-4-7", 4200, True, True),
        ("claude-haiku-5-5", 50_000, False, False),  # its floor is not published
    ],
)
def test_a_prefix_is_cached_from_the_models_floor_on(model: str, tokens: int, written: bool, read: bool) -> None:
    meter = Meter()
    first, second = (meter.metered(marked_call(model, tokens, said), "Yes.") for said in ("One?", "Two?"))
    assert (first.cache_read, first.cache_write > 0) == (0, written)
    assert (second.cache_read > 0) is read
    assert first.prompt == second.prompt


def test_the_lower_floor_holds_where_it_is_asked_for() -> None:
    meter = Meter(lower_floors=True)
    _, second = (meter.metered(marked_call("claude-sonnet-4-6", 1500), "Yes.") for _ in range(2))
    assert second.cache_read > 1000


def test_an_entry_lives_five_minutes_from_its_last_use() -> None:
    clock = Clock()
    meter = Meter(clock=clock)

    def read_at(seconds: float) -> bool:
        clock.now = seconds
        return meter.metered(marked_call("claude-sonnet-4-6", 3000), "Yes.").cache_read > 0

    assert [read_at(at) for at in (0.0, 299.0, 598.0, 898.0)] == [False, True, True, False]


def test_prices_are_those_of_the_day() -> None:
    used = Metered(input_uncached=1_000_000, cache_read=0, cache_write=0, output=0, reasoning=0)
    for at, usd in ((datetime(2026, 12, 2, tzinfo=UTC), 0.75), (datetime(2027, 1, 2, tzinfo=UTC), 1.5)):
        assert priced(Provider.GOOGLE, "gemini-3.8-flash", used, at)[0] == pytest.approx(usd)


@pytest.mark.parametrize(
    "model",
    ["anthropic:claude-opus-5-5", "anthropic:claude-sonnet-4-6", "openai:gpt-6.1-sol", "google:gemini-3.8-flash"],
)
def test_the_products_record_is_the_bill(model: str) -> None:
    """Cached, thinking and plain tokens at once: the second and third call read what the others wrote."""
    meter = Meter(lower_floors=True)
    system = "word. " * 1800
    with ProviderServer(MeteredProduct(meter)) as server, reached_by_all(server):
        calls = [resolve(model).complete(SOUL_DRAFT.request(new_state())) for _ in range(3)]
        said = [ChatMessage("user", "Evening.")]
        calls += [adapter(model).reply(ChatRequest(system, tuple(said), 512, 30)) for _ in range(3)]
    billed = sum(call.usd for call in meter.bill)
    assert len(meter.bill) == len(calls) == 6
    assert billed > 0
    assert sum(call.cost_usd or 0.0 for call in calls) == pytest.approx(billed, rel=0.02)
    assert any(call.metered.cache_read for call in meter.bill) is not model.endswith(("5-5", "flash"))
