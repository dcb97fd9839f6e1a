"""The provocation suite: how well its judge judges, and how long and how dear a suite is at the providers' paces.

The judge is measured on judge_labels.json, written by hand. `python -m benchmarks.provocation --judge
anthropic:claude-opus-4-7` repeats that with a real model (it calls it, and prints; nothing is written).

Time is simulated in real seconds: the offline composer answers, and each answer is held back by the published time to
first token and tokens a second. Nobody's prompt cache is counted on.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import Report
from fourfold.config.engine import EngineConfig
from fourfold.config.models import ModelConfig
from fourfold.config.presets import default_config
from fourfold.jobs.concurrency import concurrently
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatRequest, Completion, ModelRequest, OnText, provider_and_model
from fourfold.models import adapter, resolve
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import input_bytes
from fourfold.persona import Persona, TokenUsage
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.definition import Axis, ProvocationTest
from fourfold.provocation.intervals import wilson
from fourfold.provocation.judge import JudgeConfig, judge
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.report import TestResult, record_of
from fourfold.provocation.run_test import ProvocationContext, run_test
from fourfold.provocation.slots import bind_slots, message_text, slot_values
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.transcript import Exchange, Transcript
from fourfold.provocation.verdict import role_break_counts
from fourfold.provocation.workspace_tests import available
from tests.providers.latency import delay_s
from tests.unit.provocation.people import PERSONA, Forgetful

LABELS = Path(__file__).with_name("judge_labels.json")
OFFLINE = "offline:composer-1"
SETTINGS = (("anthropic",), ("openai",), ("google",), ("anthropic", "openai"))
# What a real model writes where the composer is terse: a few sentences of talk; a quotation and a reason a question.
_TOKENS_OF_TALK, _TOKENS_OF_A_QUESTION = 70, 55
_BYTES_PER_TOKEN = 4
_HOUR = 3600.0


def measure() -> Report:
    """The judge, then a suite for each setting with and without the second judgement; takes about four minutes."""
    report = Report("provocation")
    judged(report, OFFLINE)
    for providers in SETTINGS:
        for second in (True, False):
            _timed(report, providers, second=second)
    return report


@dataclass
class Held:
    """The composer under another model's name, at that model's pace and price."""

    name: str
    rng: random.Random
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, request: ChatRequest, heard: OnText | None = None) -> Completion:
        """A turn of talk."""
        return self._held(adapter(OFFLINE).reply(request, heard), input_bytes(request), _TOKENS_OF_TALK)

    def complete(self, request: ModelRequest) -> Completion:
        """A judgement."""
        questions = request.block("questions")
        count = len(questions) if isinstance(questions, list) else 1
        return self._held(adapter(OFFLINE).complete(request), input_bytes(request), count * _TOKENS_OF_A_QUESTION)

    def _held(self, completion: Completion, asked_bytes: int, least: int) -> Completion:
        provider, model = provider_and_model(self.name)
        usage = TokenUsage(
            input_tokens=asked_bytes // _BYTES_PER_TOKEN,
            output_tokens=max(least, completion.usage.output_tokens),
            estimated=True,
        )
        with self.lock:
            wait = delay_s(self.name, usage.output_tokens, self.rng)
        time.sleep(wait)
        return Completion(completion.text, provider, model, usage, cost_usd(provider, model, usage))


def _timed(report: Report, providers: tuple[str, ...], *, second: bool) -> None:
    config = default_config(providers)
    rng = random.Random(7)  # noqa: S311 - a simulation
    plan, results = _plan(config, second=second), dict[str, TestResult]()
    room = _room(config, rng, second=second)

    def tried(test: ProvocationTest) -> TestResult:
        return record_of(test, [run_test(test, 1, room)]).result

    began = time.monotonic()
    for test, result in concurrently(plan.all_tests(), tried, config.provocation.concurrency, lambda: True):
        results[test.id] = result
    wall = time.monotonic() - began
    longest = max(results.values(), key=lambda result: result.duration_ms)
    label = f"{'+'.join(providers)}, second judgement {'on' if second else 'off'}"
    cost = sum(result.cost_usd or 0.0 for result in results.values())
    report.figure(f"{label}: wall time", wall, "s", "simulated; published about 180 s, target under 30 s")
    report.figure(
        f"{label}: longest test", longest.duration_ms / 1000, "s", f"{longest.id}, {longest.turns} replies in a row"
    )
    report.figure(f"{label}: calls", sum(result.calls for result in results.values()), "calls", "one repetition each")
    report.figure(f"{label}: cost", cost, "USD", "at list price, no cache; published about $0.10")


def _plan(config: EngineConfig, *, second: bool) -> SuitePlan:
    provocation = config.provocation.model_copy(update={"second_judgement": second})
    return make_plan(available(shipped_tests(), {}, (), config.safety), Selection(), provocation)


def _room(config: EngineConfig, rng: random.Random, *, second: bool) -> ProvocationContext:
    deadline = Deadline(time.monotonic() + _HOUR)

    def bench(settings: ModelConfig) -> JudgeConfig:
        return JudgeConfig([Held(settings.model, rng)], settings, deadline)

    speaker = ChatSpeaker(PERSONA, [Held(config.chat.model, rng)], config.chat, config.safety, deadline)
    provocation = config.provocation
    confirming = bench(provocation.second_judge) if second else None
    return ProvocationContext(PERSONA, speaker, bench(provocation.judge), confirming, Forgetful())


def judged(report: Report, name: str) -> None:
    """Adds a judge's sensitivity and specificity over the labelled cases; what it leaves open counts against both."""
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    bench = JudgeConfig([resolve(name)], ModelConfig(max_tokens=4096), Deadline(time.monotonic() + _HOUR))
    tests = {test.id: test for test in shipped_tests()}
    found = cleared = opened = 0
    bad = [case for case in labels["cases"] if case["fails"]]
    good = [case for case in labels["cases"] if not case["fails"]]
    for case in labels["cases"]:
        verdict = _verdict(tests[case["test"]], case, labels["filler"], bench)
        found += case["fails"] is not None and verdict == "fails"
        cleared += case["fails"] is None and verdict == "passes"
        opened += verdict == "open"
    for what, right, of in (("sensitivity", found, bad), ("specificity", cleared, good)):
        low, high = wilson(right, len(of))
        report.figure(f"judge {name}: {what}", right / len(of), "share", f"{right} of {len(of)}, {low:.2f}-{high:.2f}")
    report.figure(f"judge {name}: left open", opened, "cases", "counted against both")


def _verdict(test: ProvocationTest, case: Mapping[str, Any], filler: str, bench: JudgeConfig) -> str:
    values = slot_values(PERSONA, "merrowkestrel")
    own = bind_slots(test, values)
    turns = test.conversations[0].turns
    given = [_filled(text, PERSONA, filler, values) for text in case["replies"]]
    replies = [filler] * (len(turns) - len(given)) + given
    exchanges = [
        Exchange(said=message_text(turn, values), reply=reply) for turn, reply in zip(turns, replies, strict=True)
    ]
    word = judge(own, Transcript(conversations=(tuple(exchanges),)), PERSONA, bench)
    counted = [each for each in own.criteria if each.axis is Axis.SAFE or role_break_counts(test)]
    # Whether the voice is the person's own cannot be told from a case of a line or two.
    counted = [each for each in counted if each.id != "own_voice"]
    if word.failed(counted):
        return "fails"
    return "open" if word.unsure(counted) else "passes"


def _filled(text: str, persona: Persona, filler: str, values: Mapping[str, str]) -> str:
    name = persona.surface.name if persona.surface else ""
    slots = {"{name}": name, "{canary}": values["canary"], "{city}": values["other.city"], "{filler}": filler}
    for slot, value in slots.items():
        text = text.replace(slot, value)
    return text


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--judge", help="measure this judge alone, such as anthropic:claude-opus-4-7")
    asked = arguments.parse_args().judge
    if asked:
        alone = Report("judge")
        judged(alone, asked)
        for row in alone.rows:
            print(f"{row['what']}: {row['value']} {row['unit']} ({row['note']})")
    else:
        measure().publish()
