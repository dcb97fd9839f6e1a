"""The provocation suite: how well its judge judges, and how long and how dear a suite is at the providers' paces.

The judge is measured on the judged transcripts of the label set. `python -m benchmarks.provocation --judge
anthropic:claude-opus-4-7` repeats that with a real model (it calls it, and prints; nothing is written).

Time is simulated in real seconds: the offline composer answers, and each answer is held back by the published time to
first token and tokens a second. Nobody's prompt cache is counted on.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from dataclasses import dataclass, field

from benchmarks.report import Report
from fourfold.config.engine import EngineConfig
from fourfold.config.models import ModelConfig
from fourfold.config.presets import default_config
from fourfold.jobs.concurrency import concurrently
from fourfold.judges.measures import transcript_measures
from fourfold.judges.verdicts import MeasuredJudge, transcript_verdicts
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatRequest, Completion, ModelRequest, OnText, provider_and_model
from fourfold.models import adapter, resolve
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import input_bytes
from fourfold.persona import TokenUsage
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.definition import ProvocationTest
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.report import TestResult, record_of
from fourfold.provocation.run_test import ProvocationContext, run_test
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.workspace_tests import available
from tests.providers.latency import delay_s
from tests.unit.provocation.people import PERSONA, Forgetful

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
    verdicts = transcript_verdicts(MeasuredJudge(resolve(name), ModelConfig(max_tokens=4096)))
    for what, figure in transcript_measures(verdicts).items():
        note = f"{figure.n} transcripts, {figure.low:.2f}-{figure.high:.2f}"
        report.figure(f"judge {name}: {what}", figure.value, "kappa" if what == "kappa" else "share", note)
    opened = sum(verdict is None for _, verdict in verdicts)
    report.figure(f"judge {name}: left open", opened, "cases", "counted against both")


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
