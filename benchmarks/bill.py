"""What a persona, a fingerprint, a suite and 100 chat replies cost, as the meter of the loopback providers bills them.

The real adapters call a loopback server; the offline composer answers, and `tests/providers/meter.py` counts tokens,
applies each model's cache floor and lifetime and prices calls at the list price of the day. The product's own record of
the same calls is set beside the bill. `alone` is one persona with nothing cached; `warm` is the third of three in a
row, within the five minutes a cache entry lives. Thinking tokens are an assumption of the meter and are named apart.

`--label before` writes results/bill-before.json, so that a change can be compared with what was there.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.bill_parts import parts_of_prompts
from benchmarks.bill_work import Work
from benchmarks.briefs import SAMPLE_BRIEFS
from benchmarks.report import Report
from fourfold.config.presets import default_config
from fourfold.pipeline.single_call import SINGLE_CALL
from tests.providers.meter import OPUS_4_7_SURPLUS, Billed, Meter
from tests.providers.metered_product import MeteredProduct
from tests.providers.server import ProviderServer
from tests.providers.setting import reached_by_all

PRESETS = ("anthropic", "anthropic-current", "openai", "openai-current", "google", "google-current")
TOLERANCE = 0.02
REPLY_TOKENS = 45
_ROW = SAMPLE_BRIEFS[:3]


@contextmanager
def metering(meter: Meter, reply_tokens: int = REPLY_TOKENS, scale: float | None = None) -> Iterator[Meter]:
    """A metered server that every adapter calls while the block runs."""
    with ProviderServer(MeteredProduct(meter, reply_tokens), scale=scale, seed=1) as server, reached_by_all(server):
        yield meter


def measure(label: str, presets: Sequence[str], reply_tokens: int) -> Report:
    """The whole table; takes about a minute."""
    report = Report(f"bill-{label}" if label else "bill")
    for name in presets:
        _preset(report, name, reply_tokens)
    parts_of_prompts(report)
    return report


def _preset(report: Report, name: str, reply_tokens: int) -> None:
    work = Work(default_config([name]))
    with metering(Meter(), reply_tokens) as meter:
        persona, recorded = work.persona(_ROW[0])
        for number, call in enumerate(meter.bill, start=1):
            report.figure(f"{name}: step {number} on {call.model}", call.usd, "USD", _parts(call))
        _part(report, f"{name}: persona alone", meter.bill)
        for what, ask in (("fingerprint", work.fingerprint), ("suite", work.suite), ("100 chat replies", work.chats)):
            began = len(meter.bill)
            recorded += ask(persona)
            _part(report, f"{name}: {what}", meter.bill[began:])
        began = len(meter.bill)
        recorded += work.persona(_ROW[0], [SINGLE_CALL])[1]
        _part(report, f"{name}: naive single call, not audited", meter.bill[began:])
        billed = sum(call.usd for call in meter.bill)
    report.figure(f"{name}: product's record / meter's bill", recorded / billed, "ratio", "at most 2 % off")
    if abs(recorded / billed - 1) > TOLERANCE:
        raise AssertionError(f"{name}: the product recorded {recorded:.5f} USD, the meter billed {billed:.5f}")
    for lower in (False, True):
        _part(
            report,
            f"{name}: persona warm, {'lower' if lower else 'higher'} floors",
            _warm(name, lower_floors=lower, reply_tokens=reply_tokens),
        )


def _warm(name: str, *, lower_floors: bool, reply_tokens: int) -> list[Billed]:
    """The calls of the third persona in a row."""
    with metering(Meter(lower_floors=lower_floors), reply_tokens) as meter:
        work = Work(default_config([name]))
        for brief in _ROW:
            began = len(meter.bill)
            work.persona(brief)
        return meter.bill[began:]


def _part(report: Report, label: str, calls: Sequence[Billed]) -> None:
    """Adds USD without thinking; the note has what thinking would add."""
    usd, thinking = sum(call.usd for call in calls), sum(call.thinking_usd for call in calls)
    sums = {
        name: sum(getattr(call.metered, name) for call in calls) for name in ("prompt", "cache_read", "cache_write")
    }
    written = sum(call.metered.output - call.metered.reasoning for call in calls)
    words = [f"{len(calls)} calls, {sums['prompt']} in, {written} out"]
    if sums["cache_read"] or sums["cache_write"]:
        words.append(f"{sums['cache_read']} read from the cache, {sums['cache_write']} written")
    if thinking:
        words.append(f"{thinking:.4f} more for assumed thinking")
    more = sum(call.usd for call in calls if call.model == "claude-opus-4-7") * (OPUS_4_7_SURPLUS - 1)
    if more:
        words.append(f"{more:.4f} more if Opus 4.7 counts 35 % more tokens")
    report.figure(label, usd - thinking, "USD", "; ".join(words))


def _parts(call: Billed) -> str:
    answer = call.metered.output - call.metered.reasoning
    return f"{call.instructions} instructions, {call.schema} schema, {call.material} material, {answer} answer"


def timed(name: str, scale: float) -> Report:
    """Seconds of a persona, a fingerprint and a suite at the published latencies, slowed or quickened by `scale`."""
    report = Report("bill-times")
    work = Work(default_config([name]))
    with metering(Meter(), scale=scale):
        began = time.perf_counter()
        persona, _ = work.persona(SAMPLE_BRIEFS[0])
        report.figure(f"{name}: persona", (time.perf_counter() - began) / scale, "s", f"simulated at {scale:g}")
        for what, ask in (("fingerprint", work.fingerprint), ("suite", work.suite)):
            began = time.perf_counter()
            ask(persona)
            report.figure(f"{name}: {what}", (time.perf_counter() - began) / scale, "s", f"simulated at {scale:g}")
    return report


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--label", default="", help="a word for the file of results")
    arguments.add_argument("--preset", action="append", choices=PRESETS, help="these presets alone")
    arguments.add_argument("--reply-tokens", type=int, default=REPLY_TOKENS, help="tokens of a real model's reply")
    arguments.add_argument("--timed", type=float, metavar="SCALE", help="measure times instead")
    asked = arguments.parse_args()
    chosen = asked.preset or PRESETS
    if asked.timed:
        for preset in chosen:
            for row in timed(preset, asked.timed).rows:
                print(f"{row['what']}: {row['value']:.1f} {row['unit']} ({row['note']})")
    else:
        measure(asked.label, chosen, asked.reply_tokens).publish()
