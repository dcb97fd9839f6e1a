"""A meter that counts and prices calls as the providers do, from what was on the wire and nothing else.

Tokens are bytes divided by the ratio of o200k_base (gpt-tokenizer 3) over this product's texts. Claude's tokenizer is
not published; Opus 4.7's is said to count up to 35 % more (`OPUS_4_7_SURPLUS`), which a bill reports beside.

The prompt cache: Anthropic caches up to a marked block (`cache_control`), OpenAI and Google cache a repeated beginning
on their own. A prefix below the model's floor is not cached; an entry lives five minutes from its last use and belongs
to one model, its tools and its output schema. Where pages differ about a floor (`FLOORS`), the meter takes the lower
one for writes, which cost more, and the higher one for reads, which save: a bill is never too low. A model whose floor
is not known reads nothing from its cache.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from genai_prices import Usage, calc_price

from tests.providers.conversations import conversation, effort_of, schema_of
from tests.providers.wires import Metered, Provider, Received

# Bytes of UTF-8 for a token. SCHEMA is compact JSON; spaced it was 3.37 over more bytes.
INSTRUCTIONS, MATERIAL, SCHEMA, ANSWER = 4.25, 3.88, 3.64, 3.88
OPUS_4_7_SURPLUS = 1.35
LIFE_S = 300.0
LOOKS_BACK = 20

# Tokens, the lower and the higher of what pages and users say, by the beginning of a model's name.
FLOORS: Mapping[str, tuple[int, int]] = {
    "claude-opus-4-7": (2048, 4096),
    "claude-sonnet-4-6": (1024, 2048),
    "claude-haiku-4-5": (4096, 4096),
    "gpt-": (1024, 1024),
    "gemini-3.8-flash": (4096, 4096),
}
# Tokens a model thinks before an answer, by effort. An assumption: the providers publish none.
THINKING: Mapping[str | None, int] = {"minimal": 0, "low": 300, "medium": 1000, "high": 3000, None: 500}
_THINKS = ("claude-opus-5", "claude-sonnet-5", "gpt-6", "gemini-3")
_SELF_CACHING = frozenset({Provider.OPENAI, Provider.GOOGLE})


@dataclass(frozen=True, slots=True)
class Billed:
    """One call on the bill: tokens by where they come from, and USD. `thinking` USD are part of `usd`."""

    provider: Provider
    model: str
    metered: Metered
    usd: float
    thinking_usd: float
    instructions: int
    schema: int
    material: int


@dataclass
class Meter:
    """Meters every call of a server.

    `at` dates the prices; `thinking` switches the assumed thinking tokens on; `lower_floors` reads from the lower floor
    on, where pages differ. Without `self_caching` nothing is cached that is not marked.
    """

    at: datetime | None = None
    thinking: bool = True
    lower_floors: bool = False
    self_caching: bool = True
    clock: Callable[[], float] = time.monotonic
    bill: list[Billed] = field(default_factory=list)
    _written: dict[str, tuple[float, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def metered(self, call: Received, answer: str, least_output: int = 0) -> Metered:
        """The tokens of a call and its answer, which are added to the bill."""
        blocks = list(_blocks(call))
        instructions = sum(block.tokens for block in blocks if block.role == "system")
        material = sum(block.tokens for block in blocks if block.role != "system")
        schema = _tokens(_compact(schema_of(call)), SCHEMA)
        with self._lock:
            read, written = self._cached(call, blocks, schema)
        output = max(least_output, _tokens(answer, ANSWER))
        thought = self._thought(call)
        prompt = max(1, instructions + material + schema)
        metered = Metered(max(0, prompt - read - written), read, written, output + thought, thought)
        usd, out = priced(call.provider, call.model, metered, self.at)
        share = out * thought / metered.output if metered.output else 0.0
        self.bill.append(Billed(call.provider, call.model, metered, usd, share, instructions, schema, material))
        return metered

    def _thought(self, call: Received) -> int:
        if not self.thinking or not call.model.startswith(_THINKS):
            return 0
        return THINKING[effort_of(call)]

    def _cached(self, call: Received, blocks: list[_Block], schema: int) -> tuple[int, int]:
        """Tokens of the prompt read from the cache, and tokens written to it."""
        low, high = floors_of(call.model)
        reads_from = low if self.lower_floors else high
        key, size = _compact([call.model, call.body.get("tools"), schema_of(call)]), schema
        prefixes = list[tuple[str, int, bool]]()
        for block in blocks:
            key += _compact([block.role, block.text])
            size += block.tokens
            prefixes.append((key, size, block.marked))
        if self.self_caching and call.provider in _SELF_CACHING and prefixes:
            prefixes = [(known, tokens, True) for known, tokens, _ in prefixes]
        elif "cache_control" in call.body and prefixes:
            prefixes[-1] = (*prefixes[-1][:2], True)
        now = self.clock()
        marked = [place for place, (_, tokens, mark) in enumerate(prefixes) if mark and tokens >= low]
        near = {near for last in marked for near in range(max(0, last - LOOKS_BACK), last + 1)}
        alive = [
            prefixes[place] for place in near if now - self._written.get(prefixes[place][0], (-LIFE_S, 0))[0] < LIFE_S
        ]
        found = max((entry for entry in alive if entry[1] >= reads_from), key=lambda entry: entry[1], default=None)
        read = 0 if found is None else found[1]
        for place in marked:
            self._written[prefixes[place][0]] = (now, prefixes[place][1])
        if not marked or not _charges_writes(call):
            return read, 0
        return read, max(0, prefixes[marked[-1]][1] - read)


@dataclass(frozen=True, slots=True)
class _Block:
    """One text of a prompt: its role, its tokens, and whether it ends with a cache marker."""

    role: str
    text: str
    tokens: int
    marked: bool


def _blocks(call: Received) -> Iterator[_Block]:
    for turn in conversation(call):
        ratio = INSTRUCTIONS if turn.role == "system" else MATERIAL
        for place, text in enumerate(turn.texts):
            yield _Block(turn.role, text, _tokens(text, ratio), place in turn.marked)


def floors_of(model: str) -> tuple[int, int]:
    """The lower and the higher floor of a model's cache; what no prompt reaches, where none is known."""
    unknown = 10**9
    return next((floors for name, floors in FLOORS.items() if model.startswith(name)), (unknown, unknown))


def priced(provider: Provider, model: str, metered: Metered, at: datetime | None = None) -> tuple[float, float]:
    """USD of a call at the list price of its date, and USD of its output alone; 0 where there is no price."""
    ids = {Provider.ANTHROPIC: "anthropic", Provider.OPENAI: "openai", Provider.GOOGLE: "google"}
    if provider not in ids:
        return 0.0, 0.0
    when = at or datetime.now(UTC)

    def usd(usage: Usage) -> float:
        return float(calc_price(usage, model, provider_id=ids[provider], genai_request_timestamp=when).total_price)

    try:
        usd(Usage())
    except LookupError:
        return 0.0, 0.0
    whole = Usage(
        input_tokens=metered.prompt,
        cache_read_tokens=metered.cache_read,
        cache_write_tokens=metered.cache_write,
        output_tokens=metered.output,
    )
    return usd(whole), usd(Usage(output_tokens=metered.output))


def _charges_writes(call: Received) -> bool:
    """Anthropic and Bedrock charge more for writes, and OpenAI since gpt-6; Google charges plain input."""
    return call.provider in {Provider.ANTHROPIC, Provider.BEDROCK} or call.model.startswith("gpt-6")


def _compact(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tokens(text: str, bytes_per_token: float) -> int:
    return round(len(text.encode("utf-8", "surrogatepass")) / bytes_per_token)
