"""Whether drift scores can be trusted: separation, false alarms, delay, recovery, time and cost.

The offline personas' voices are written by this product's own composer: they are more distinct than people's, and the
composer also wrote the shipped cohort. The chat corpus is of people (benchmarks/chat_corpus.py): replies of one author
from different conversations.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from benchmarks.chat_corpus import CORPUS, INSTALL, turns
from benchmarks.report import Report
from fourfold.config.engine import ChatConfig, DriftConfig, EngineConfig, FingerprintConfig, RunSettings, SafetyConfig
from fourfold.jobs.answers import PaidAnswers
from fourfold.jobs.concurrency import concurrently
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ChatRequest, Completion, OnText
from fourfold.models import resolve, resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.models.prices import cost_usd
from fourfold.persona import Persona, PersonaStatus, TokenUsage
from fourfold.pipeline.new_run import new_run
from fourfold.voice.drift import envelope
from fourfold.voice.embedder import Vector, cosine_distance, mean_of
from fourfold.voice.fingerprint import Fingerprint, FingerprintInput, FingerprintOwner, make_fingerprint
from fourfold.voice.fingerprint_job import FingerprintJob, ScenarioReply
from fourfold.voice.recovery import with_anchor
from fourfold.voice.scenarios import scenario_set
from fourfold.voice.statistics import (
    DECISION,
    auc,
    average_run_length,
    conformal_p,
    conformal_threshold,
    cusum_step,
    equal_error_rate,
)
from fourfold.voice.stylometry import vector_of
from fourfold.voice.system_prompt import system_prompt
from infra.local.home import REPOSITORY
from tests.builders import ALL_STEPS, stepped
from tests.providers.latency import delay_s

MODEL = resolve_chat("offline:composer-1")
PERSONS, PEOPLE, FRESH, SESSION = 24, 30, 60, 50
SCALE = 0.05
PUBLISHED, RATE = 0.30, 0.05
FITTED, LEAST_GROUPS, LEAST_FRESH = 50, 3, 40
_THINGS = (
    "harbour",
    "winter",
    "bread",
    "letter",
    "ladder",
    "sister",
    "bill",
    "train",
    "garden",
    "night",
    "coat",
    "tin",
)
_ASKS = (
    "What do you make of the {}?",
    "Tell me about the {}.",
    "Would you give up the {}?",
    "Who taught you about the {}?",
    "I dreamt of the {} again, what now?",
)
_WORK = (
    "Give me a numbered list of reasons to keep the {}.",
    "Summarise the {} in bullet points.",
    "Pros and cons of the {}, please.",
)


@dataclass
class Speaker:
    """A measured voice: its centre, the held-out distances of its calibration, and new replies in their order."""

    centre: Vector
    held_out: list[float]
    fresh: list[Vector]


def measure() -> Report:
    """All figures; those of people need the chat corpus."""
    report = Report("voice")
    persons = [_person(brief) for brief in _briefs()[:PERSONS]]
    _separation(report, "offline personas", [_of_persona(one) for one in persons])
    if CORPUS.exists():
        _separation(report, "people (chitchat-dataset)", _of_people())
    else:
        report.figure("people (chitchat-dataset)", 0, "not measured", f"install it: {INSTALL}")
    _recovery(report, persons[:12])
    _times(report, persons[0])
    _job(report, persons[0])
    return report


def _briefs() -> list[str]:
    lines = (REPOSITORY / "tests/unit/offline/briefs.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _person(brief: str) -> Persona:
    begun = new_run(brief, "ws_bench", RunSettings(EngineConfig()), datetime.now(UTC))
    state = begun.state
    for step in ALL_STEPS:
        state = stepped(step, state, resolve("offline:composer-1")).state
    draft = state.draft
    return begun.persona.model_copy(
        update={
            "status": PersonaStatus.ACTIVE,
            "language": state.language,
            "soul": draft.soul,
            "self_": draft.self_,
            "mask": draft.mask,
            "surface": draft.surface,
        }
    )


def _said(persona: Persona | None, message: str, system: str | None = None) -> str:
    bare = "You are a helpful assistant." if persona is None else system_prompt(persona, SafetyConfig())
    return MODEL.reply(ChatRequest(system or bare, (ChatMessage("user", message),), 400, 10)).text


def _of_persona(persona: Persona) -> Speaker:
    own: dict[str, list[Vector]] = {}
    for one in scenario_set().scenarios:
        own.setdefault(one.topic, []).append(vector_of(_said(persona, one.text("en"))))
    messages = [ask.format(thing) for thing in _THINGS for ask in _ASKS]
    return _speaker(list(own.values()), [vector_of(_said(persona, message)) for message in messages[:FRESH]])


def _of_people() -> list[Speaker]:
    found = []
    said = turns(12, first_half=False)
    for person in sorted(said):
        groups: list[list[str]] = []
        fresh: list[str] = []
        for conversation in said[person].values():
            if sum(map(len, groups)) < FITTED:
                groups.append(conversation[: FITTED - sum(map(len, groups))])
            else:
                fresh += conversation
        if len(groups) >= LEAST_GROUPS and sum(map(len, groups)) == FITTED and len(fresh) >= LEAST_FRESH:
            vectors = [[vector_of(text) for text in group] for group in groups]
            found.append(_speaker(vectors, [vector_of(text) for text in fresh[:FRESH]]))
        if len(found) == PEOPLE:
            break
    return found


def _speaker(groups: Sequence[Sequence[Vector]], fresh: list[Vector]) -> Speaker:
    """Distances are held out by group: by topic for scenarios, by conversation for people."""
    every = [vector for group in groups for vector in group]
    held_out = []
    for place, group in enumerate(groups):
        centre = mean_of([vector for other, one in enumerate(groups) if other != place for vector in one])
        held_out += [cosine_distance(vector, centre) for vector in group]
    return Speaker(mean_of(every), held_out, fresh)


def _separation(report: Report, who: str, speakers: list[Speaker]) -> None:
    note = f"{len(speakers)} voices, 50 replies each fitted, new ones against those of every other voice"
    for size, name in ((1, "single reply"), (4, "mean of 4 replies")):
        areas, rates = [], []
        for one in speakers:
            own = _distances(one.fresh, one.centre, size)
            others = [
                d for other in speakers if other is not one for d in _distances(other.fresh[:20], one.centre, size)
            ]
            areas.append(auc(own, others))
            rates.append(equal_error_rate(own, others))
        report.figure(f"{who}: AUC, {name}", statistics.mean(areas), "", note)
        report.figure(f"{who}: EER, {name}", statistics.mean(rates), "", f"median {statistics.median(rates):.3f}")
    own = [cosine_distance(vector, one.centre) for one in speakers for vector in one.fresh]
    report.figure(f"{who}: own fresh distance, median", statistics.median(own), "", "")
    report.figure(
        f"{who}: alerts at 0.30", _share(distance > PUBLISHED for distance in own), "of own replies", "published"
    )
    _false_alarms(report, who, speakers)
    _delay(report, who, speakers)


def _false_alarms(report: Report, who: str, speakers: list[Speaker]) -> None:
    by_p, by_auto, sessions = [], [], []
    for one in speakers:
        bound = conformal_threshold(one.held_out, RATE)
        distances = [cosine_distance(vector, one.centre) for vector in one.fresh]
        by_p.append(_share(conformal_p(one.held_out, distance) <= RATE for distance in distances))
        by_auto.append(_share(distance > bound for distance in distances))
        sessions += [_alarm_at(one, order) is not None for order in _orders(distances, 20)]
    spread = f"voices from {min(by_auto):.1%} to {max(by_auto):.1%}"
    report.figure(f"{who}: p <= 0.05, stated 0.05", statistics.mean(by_p), "of own replies", spread)
    report.figure(f"{who}: threshold auto, stated 0.05", statistics.mean(by_auto), "of own replies", spread)
    stated = 1 - (1 - 1 / average_run_length()) ** SESSION
    note = f"CUSUM; one alarm in {average_run_length():.0f} replies comes to {stated:.3f} of sessions"
    report.figure(f"{who}: sessions of 50 with a false alarm", _share(sessions), "of sessions", note)


def _delay(report: Report, who: str, speakers: list[Speaker]) -> None:
    delays, missed = [], 0
    for place, one in enumerate(speakers):
        stranger = speakers[(place + 1) % len(speakers)]
        for order in _orders([cosine_distance(vector, one.centre) for vector in stranger.fresh], 5):
            alarm = _alarm_at(one, order)
            missed += alarm is None
            delays += [alarm] if alarm is not None else []
    note = f"median {statistics.median(delays):g}; {missed} of {missed + len(delays)} never within 50"
    report.figure(f"{who}: CUSUM delay after a swapped voice", statistics.mean(delays), "replies", note)


def _alarm_at(one: Speaker, distances: Sequence[float]) -> int | None:
    mean, deviation = statistics.mean(one.held_out), statistics.stdev(one.held_out)
    cusum = 0.0
    for number, distance in enumerate(distances, 1):
        cusum = cusum_step(cusum, (distance - mean) / deviation)
        if cusum > DECISION:
            return number
    return None


def _orders(distances: Sequence[float], count: int) -> list[list[float]]:
    rng = random.Random(17)  # noqa: S311
    return [rng.choices(distances, k=SESSION) for _ in range(count)]


def _recovery(report: Report, persons: Sequence[Persona]) -> None:
    before, after, recovered = [], [], []
    for persona in persons:
        made = _fingerprint(persona)
        for ask in _WORK:
            for thing in _THINGS[:4]:
                message = ask.format(thing)
                first = _score(made, _said(persona, message))
                if first is None or persona.mask is None or first[0] <= PUBLISHED:
                    continue
                again = with_anchor(system_prompt(persona, SafetyConfig()), persona.mask, first[1])
                second = _score(made, _said(persona, message, again))
                if second is not None:
                    before.append(first[0])
                    after.append(second[0])
                    recovered.append(second[0] <= PUBLISHED)
    note = f"{len(before)} drifted replies; the composer answers to the anchor by rule, so this shows the loop at work"
    report.figure("auto_recover: score before", statistics.mean(before), "", note)
    report.figure("auto_recover: score after", statistics.mean(after), "", f"{_share(recovered):.0%} back under 0.30")


def _score(made: Fingerprint, reply: str) -> tuple[float, list[str]] | None:
    scored, _ = envelope(reply, vector_of(reply), made, DriftConfig(), None)
    return None if scored.score is None else (scored.score, [one.words for one in scored.top_features])


def _fingerprint(persona: Persona) -> Fingerprint:
    replies = {one.id: _said(persona, one.text("en")) for one in scenario_set().scenarios}
    pole = [_said(None, one.text("en")) for one in scenario_set().baseline_subset()]
    taken = FingerprintInput(replies, pole, ("offline:composer-1",), TokenUsage(), 0.0)
    whose = FingerprintOwner(persona.id, persona.run_id or "", persona.language)
    return make_fingerprint(whose, taken, resolve_embedder("stylometric"), scenario_set(), datetime.now(UTC))


def _times(report: Report, persona: Persona) -> None:
    made = _fingerprint(persona)
    replies = [_said(persona, ask.format(thing)) for thing in _THINGS for ask in _ASKS]
    vector_of(replies[0])
    embedding = [_ms(partial(vector_of, text)) for text in replies]
    report.timing("stylometric embedding of a reply", embedding, "target under 1 ms")
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


class _MemoryBaseline:
    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def read(self, model: str) -> dict[str, str]:  # noqa: ARG002 - the port's signature
        return self._kept

    def keep(self, model: str, scenario_id: str, reply: str) -> None:  # noqa: ARG002 - the port's signature
        self._kept[scenario_id] = reply


class _MemoryCheckpoints:
    """Checkpoints that are kept nowhere."""

    def read(self) -> dict[str, str]:
        return {}

    def find(self, key: str) -> str | None:  # noqa: ARG002 - the port's signature
        return None

    def add(self, texts: Mapping[str, str], replaced: Collection[str] = ()) -> None:
        pass


def _job(report: Report, persona: Persona) -> None:
    seconds = []
    tokens = TokenUsage()
    for run in range(5):
        work = FingerprintJob(
            persona=persona,
            models=[_PacedComposer()],
            config=ChatConfig(),
            safety=SafetyConfig(),
            embedder=resolve_embedder("stylometric"),
            scenarios=scenario_set(),
            baseline=_MemoryBaseline(),
            deadline=Deadline(time.monotonic() + 600),
        )
        began = time.perf_counter()
        answers = PaidAnswers(_MemoryCheckpoints())
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


def _distances(vectors: Sequence[Vector], centre: Vector, size: int) -> list[float]:
    groups = [vectors[start : start + size] for start in range(0, len(vectors) - size + 1, size)]
    return [cosine_distance(mean_of(group), centre) for group in groups]


def _share(hits: object) -> float:
    counted = [bool(hit) for hit in hits]  # type: ignore[attr-defined]
    return sum(counted) / len(counted)


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    measure().publish()
