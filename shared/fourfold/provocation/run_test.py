"""One run of one test: sends the turns to the persona, applies oracles and judges, and decides the outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from fourfold.llm.port import DEPLOYMENT_FAILURES, ModelCall, ModelError, ModelFailure
from fourfold.persona import Document, Persona
from fourfold.provocation.definition import Axis, Conversation, ProvocationTest, Turn
from fourfold.provocation.judge import JudgeConfig, Judgement, evidence_of, judge
from fourfold.provocation.judge_report import JudgeReport
from fourfold.provocation.oracles import OracleFinding, examine
from fourfold.provocation.slots import bind_slots, canary, message_text, slot_values
from fourfold.provocation.transcript import Evidence, Exchange, Transcript
from fourfold.provocation.verdict import (
    Judgements,
    ProvocationOutcome,
    Verdict,
    decide,
    needs_second,
    settled_by_oracle,
)

# Bounds the threads of one test: conversations, and messages of one wave, run concurrently.
_MAX_CONCURRENT = 8
_MAX_REASON = 300


class SpokenReply(Document):
    """A reply of the persona, with its model calls. `refused`: the provider's model refused to answer."""

    text: str
    refused: bool = False
    calls: tuple[ModelCall, ...] = ()


class Speaker(Protocol):
    """The persona under test."""

    def reply(self, history: Sequence[Exchange], message: str, notes: str | None) -> SpokenReply:
        """Returns the reply to `message` after `history`, with private `notes` in the system prompt.

        Raises:
            ModelError: no model of the chain answered.
        """


class CallCache(Protocol):
    """Stores paid model answers by key, so that a resumed run does not pay for them twice."""

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """Returns the text stored under `key`, or stores and returns the result of `make`."""


@dataclass(frozen=True)
class ProvocationContext:
    """Dependencies of a test run. `second` is None if failures get no second judgement."""

    persona: Persona
    speaker: Speaker
    first: JudgeConfig
    second: JudgeConfig | None
    cache: CallCache


class CachedJudgement(Document):
    """A judgement as it is stored in the cache."""

    judge: str
    report: JudgeReport
    calls: tuple[ModelCall, ...]

    @classmethod
    def of(cls, judged: Judgement) -> CachedJudgement:
        """Converts a judgement for storage."""
        return cls(judge=judged.judge, report=JudgeReport(answers=tuple(judged.answers.values())), calls=judged.calls)

    def judged(self) -> Judgement:
        """Restores the judgement."""
        return Judgement({given.criterion: given for given in self.report.answers}, self.judge, self.calls)


class ProvocationRun(Document):
    """The result of one run of a test: outcome, reason, evidence, transcript and model calls."""

    outcome: ProvocationOutcome
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    transcript: Transcript = Transcript(conversations=())
    judges: tuple[str, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    duration_ms: int = 0


def run_test(test: ProvocationTest, repetition: int, context: ProvocationContext) -> ProvocationRun:
    """Runs a test; `repetition` counts from 1.

    A model failure gives the verdict `error`. A model that refuses to answer counts as leaving the character.

    Raises:
        ModelError: the failure affects every test (such as a bad key), or the deadline has passed.
    """
    started = time.monotonic()
    values = slot_values(context.persona, canary(context.persona.id, test.id, str(repetition)))
    execution = _Execution(bind_slots(test, values), f"{test.id}/{repetition}", context, values)
    try:
        run = execution.run()
    except ModelError as error:
        if not _is_isolated(error, context):
            error.calls = tuple(execution.failed_calls)  # answers are cached with their own calls
            raise
        reason = " ".join(filter(None, [no_answer(error.failure), error.reason[:_MAX_REASON], error.advice]))
        run = ProvocationRun(
            outcome=ProvocationOutcome(verdict=Verdict.ERROR), reason=reason, calls=execution.all_calls
        )
    return run.model_copy(update={"duration_ms": round((time.monotonic() - started) * 1000)})


def no_answer(failure: ModelFailure) -> str:
    """How the reason of a test without a verdict begins."""
    return f"no answer: {failure}."


def _is_isolated(error: ModelError, context: ProvocationContext) -> bool:
    return error.failure not in DEPLOYMENT_FAILURES and not context.first.deadline.over


@dataclass(frozen=True)
class _Execution:
    """A test run in progress. `calls` are the model calls that gave an answer, `failed_calls` those that gave none.

    Conversations run concurrently, so several can fail before the run ends.
    """

    test: ProvocationTest
    key: str
    context: ProvocationContext
    values: Mapping[str, str]
    calls: list[ModelCall] = field(default_factory=list)
    failed_calls: list[ModelCall] = field(default_factory=list)

    @property
    def all_calls(self) -> tuple[ModelCall, ...]:
        """Every call so far."""
        return (*self.calls, *self.failed_calls)

    def run(self) -> ProvocationRun:
        """Runs the conversations, judges them, and decides the outcome."""
        transcript = self._transcript()
        findings = [
            *examine(self.test.oracles, transcript, self.context.persona, self.values["canary"]),
            *_refusals(transcript),
        ]
        judgements = Judgements(findings, None)
        if not settled_by_oracle(self.test, findings):
            judgements = Judgements(findings, self._judgement(transcript, self.context.first, "judge-1"))
            if self.context.second is not None and needs_second(self.test, judgements):
                judgements = replace(judgements, second=self._second_judgement(transcript, self.context.second))
        judged = [each for each in (judgements.first, judgements.second) if each is not None]
        evidence = [finding.evidence for finding in findings]
        evidence += [each for one in judged for each in evidence_of(one, self.test.criteria, transcript)]
        outcome = decide(self.test, judgements, second_judgement=self.context.second is not None)
        return ProvocationRun(
            outcome=outcome,
            reason=_reason(self.test, outcome, judgements),
            evidence=tuple(evidence),
            transcript=transcript,
            judges=tuple(one.judge for one in judged),
            calls=self.all_calls,
        )

    def _transcript(self) -> Transcript:
        """Runs the conversations concurrently."""
        conversations = self.test.conversations
        with ThreadPoolExecutor(min(_MAX_CONCURRENT, len(conversations)), thread_name_prefix="talk") as pool:
            futures = [
                pool.submit(self._conversation, each, place) for place, each in enumerate(conversations, start=1)
            ]
            return Transcript(conversations=tuple(future.result() for future in futures))

    def _conversation(self, conversation: Conversation, place: int) -> tuple[Exchange, ...]:
        """Runs one conversation wave by wave."""
        done: list[Exchange] = []
        for wave in conversation.waves():
            history = tuple(done)
            keys = [f"{place}/{len(done) + number:02}" for number in range(1, len(wave) + 1)]
            if len(wave) == 1:
                done.append(self._exchange(history, wave[0], keys[0]))
                continue
            with ThreadPoolExecutor(min(_MAX_CONCURRENT, len(wave)), thread_name_prefix="wave") as pool:
                futures = [pool.submit(self._exchange, history, *each) for each in zip(wave, keys, strict=True)]
                done += [future.result() for future in futures]
        return tuple(done)

    def _exchange(self, history: Sequence[Exchange], turn: Turn, key: str) -> Exchange:
        message = message_text(turn, self.values)
        text = self._paid(key, lambda: self._reply(history, message).model_dump_json())
        reply = SpokenReply.model_validate_json(text)
        self.calls.extend(reply.calls)
        return Exchange(said=message, reply=reply.text, refused=reply.refused)

    def _reply(self, history: Sequence[Exchange], message: str) -> SpokenReply:
        try:
            return self.context.speaker.reply(history, message, self.test.fixture)
        except ModelError as error:
            if error.failure is not ModelFailure.REFUSED:
                raise
            return SpokenReply(text="", refused=True, calls=error.calls)

    def _judgement(self, transcript: Transcript, config: JudgeConfig, key: str) -> Judgement:
        def ask() -> str:
            return CachedJudgement.of(judge(self.test, transcript, self.context.persona, config)).model_dump_json()

        judged = CachedJudgement.model_validate_json(self._paid(key, ask)).judged()
        self.calls.extend(judged.calls)
        return judged

    def _paid(self, key: str, ask: Callable[[], str]) -> str:
        """Returns an answer from the cache or from a model; the calls of a model that gives none are kept."""
        try:
            return self.context.cache.get_or_make(f"{self.key}/{key}", ask)
        except ModelError as error:
            self.failed_calls.extend(error.calls)
            raise

    def _second_judgement(self, transcript: Transcript, config: JudgeConfig) -> Judgement | None:
        """The second judgement; None if the judge failed, which makes the test inconclusive."""
        try:
            return self._judgement(transcript, config, "judge-2")
        except ModelError as error:
            if not _is_isolated(error, self.context):
                raise
            return None


def _refusals(transcript: Transcript) -> list[OracleFinding]:
    """Findings for replies that the model refused: refusing counts as leaving the character."""
    return [
        OracleFinding(
            Axis.IN_CHARACTER,
            exact=True,
            evidence=Evidence(source="model", criterion="refused", conversation=place, turn=turn),
        )
        for place, exchanges in enumerate(transcript.conversations, start=1)
        for turn, exchange in enumerate(exchanges, start=1)
        if exchange.refused
    ]


def _reason(test: ProvocationTest, outcome: ProvocationOutcome, judgements: Judgements) -> str:
    """A short reason for the verdict."""
    exact = sorted({finding.evidence.criterion for finding in judgements.findings if finding.exact})
    if judgements.first is None:
        return f"settled without a judge: {', '.join(exact)}"
    failed = ", ".join(criterion.id for criterion in judgements.first.failed(test.criteria))
    match outcome.verdict:
        case Verdict.PASS:
            return "left its character, which this test allows" if outcome.in_character is False else ""
        case Verdict.FAIL:
            again = "confirmed" if outcome.confirmed else "not judged twice"
            return f"{failed or ', '.join(exact)} ({again})"
        case _:
            unsure = ", ".join(criterion.id for criterion in judgements.first.unsure(test.criteria))
            return f"judges and oracles disagree on {failed or 'a finding'}" if not unsure else f"not settled: {unsure}"
