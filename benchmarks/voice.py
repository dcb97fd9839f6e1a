"""Drift detection at work: recovery by regeneration, the time of a score, and the fingerprint job's time and cost.

How well voices are separated is measured by benchmarks/voice_separation.py.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from benchmarks.job_stores import MemoryBaseline, UnkeptCheckpoints
from benchmarks.report import Report
from benchmarks.voice_speakers import ASKS, MODEL, THINGS, offline_personas, said
from fourfold.config.engine import ChatConfig, DriftConfig, FingerprintConfig, SafetyConfig
from fourfold.jobs.answers import PaidAnswers
from fourfold.jobs.concurrency import concurrently
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatRequest, Completion, OnText
from fourfold.models.prices import cost_usd
from fourfold.persona import Persona, TokenUsage
from fourfold.voice.drift import envelope
from fourfold.voice.fingerprint import Fingerprint, FingerprintInput, FingerprintOwner, make_fingerprint
from fourfold.voice.fingerprint_job import FingerprintJob, ScenarioReply
from fourfold.voice.recovery import with_anchor
from fourfold.voice.scenarios import shipped_scenarios
from fourfold.voice.system_prompt import system_prompt
from fourfold.voice.writers import Writers, vector_of
from tests.providers.latency import delay_s

SCALE = 0.05
PUBLISHED = 0.30
_WORK = (
    "Give me a numbered list of reasons to keep the {}.",
    "Summarise the {} in bullet points.",
    "Pros and cons of the {}, please.",
)


def measure() -> Report:
    """All figures."""
    report = Report("voice")
    persons = offline_personas()
    _recovery(report, persons[:12])
    _times(report, persons[0])
    _job(report, persons[0])
    return report


def _recovery(report: Report, persons: Sequence[Persona]) -> None:
    before, after, recovered = [], [], []
    for persona in persons:
        made = _fingerprint(persona)
        for ask in _WORK:
            for thing in THINGS[:4]:
                message = ask.format(thing)
                first = _score(made, said(persona, message))
                if first is None or persona.mask is None or first[0] <= PUBLISHED:
                    continue
                again = with_anchor(system_prompt(persona, SafetyConfig()), persona.mask, first[1])
                second = _score(made, said(persona, message, again))
                if second is not None:
                    before.append(first[0])
                    after.append(second[0])
                    recovered.append(second[0] <= PUBLISHED)
    note = f"{len(before)} drifted replies; the composer answers to the anchor by rule, so this shows the loop at work"
    report.figure("auto_recover: score before", statistics.mean(before), "", note)
    report.figure(
        "auto_recover: score after", statistics.mean(after), "", f"{statistics.mean(recovered):.0%} back under 0.30"
    )


def _score(made: Fingerprint, reply: str) -> tuple[float, list[str]] | None:
    scored, _ = envelope(reply, vector_of(reply), made, DriftConfig(), None)
    return None if scored.score is None else (scored.score, [one.words for one in scored.top_features])


def _fingerprint(persona: Persona) -> Fingerprint:
    replies = {one.id: said(persona, one.text("en")) for one in shipped_scenarios().scenarios}
    pole = [said(None, one.text("en")) for one in shipped_scenarios().baseline_subset()]
    taken = FingerprintInput(replies, pole, ("offline:composer-1",), TokenUsage(), 0.0)
    whose = FingerprintOwner(persona.id, persona.run_id or "", persona.language)
    return make_fingerprint(whose, taken, Writers(), shipped_scenarios(), datetime.now(UTC))


def _times(report: Report, persona: Persona) -> None:
    made = _fingerprint(persona)
    replies = [said(persona, ask.format(thing)) for thing in THINGS for ask in ASKS]
    vector_of(replies[0])
    embedding = [_ms(partial(vector_of, text)) for text in replies]
    report.timing("embedding of a reply", embedding, "target under 1 ms")
    vectors = [vector_of(text) for text in replies]
    pairs = zip(replies, vectors, strict=True)
    scored = [_ms(partial(envelope, text, vector, made, DriftConfig(), None)) for text, vector in pairs]
    report.timing("score of a reply, embedding apart", scored, "target under 1 ms")


class _PacedComposer:
    """The offline composer at a real model's speed, its delays multiplied by SCALE."""

    name = "anthropic:claude-sonnet-4-6"

    def __init__(self) -> None:
        self._rng = random.Random(3)  # noqa: S311

    def reply(self, request: ChatRequest, heard: OnText | None = None) -> Completion:
        answer = MODEL.reply(request, heard)
        time.sleep(SCALE * delay_s("claude-sonnet-4-6", answer.usage.output_tokens, self._rng))
        return answer


def _job(report: Report, persona: Persona) -> None:
    seconds = []
    tokens = TokenUsage()
    for run in range(5):
        work = FingerprintJob(
            persona=persona,
            models=[_PacedComposer()],
            config=ChatConfig(),
            safety=SafetyConfig(),
            embedder=Writers(),
            scenarios=shipped_scenarios(),
            baseline=MemoryBaseline(),
            deadline=Deadline(time.monotonic() + 600),
        )
        began = time.perf_counter()
        answers = PaidAnswers(UnkeptCheckpoints())
        for _ in concurrently(
            work.items(answers), partial(work.perform, answers=answers), FingerprintConfig().concurrency, lambda: True
        ):
            pass
        seconds.append((time.perf_counter() - began) / SCALE)
        if run == 0:
            calls = [call for text in answers.all().values() for call in ScenarioReply.model_validate_json(text).calls]
            tokens = sum((call.tokens for call in calls), start=TokenUsage())
    note = f"Sonnet's pace simulated at {SCALE}, 20 at a time, 60 calls with a fresh assistant pole; published 60 s"
    report.figure("job: 50 scenarios, wall time", statistics.median(seconds), "s", note)
    size = f"{tokens.input_tokens} in, {tokens.output_tokens} out (bytes/4)"
    for provider, model in (
        ("anthropic", "claude-sonnet-4-6"),
        ("anthropic", "claude-haiku-4-5"),
        ("openai", "gpt-6.1-terra"),
        ("google", "gemini-3.8-flash"),
    ):
        report.figure(
            f"job: cost with {model}", cost_usd(provider, model, tokens) or -1, "USD", f"published 0.03; {size}"
        )


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    measure().publish()
