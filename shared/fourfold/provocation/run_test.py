"""One run of one test: talks to the persona, lets oracles and judges look, and rules."""

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
from fourfold.provocation.slots import bound, canary, facts, message
from fourfold.provocation.transcript import Evidence, Exchange, Transcript
from fourfold.provocation.verdict import (
    Judgements,
    ProvocationOutcome,
    Verdict,
    decide,
    needs_second,
    settled_by_oracle,
)

# The longest wave of a conversation: its messages go out at the same time.
_MOST_AT_ONCE = 8
_MAX_REASON = 300


class SpokenReply(Document):
    """A reply of the persona; `refused`: its model declined to speak at all."""

    text: str
    refused: bool = False
    calls: tuple[ModelCall, ...] = ()


class Speaker(Protocol):
    """The persona under test."""

    def reply(self, history: Sequence[Exchange], said: str, notes: str | None) -> SpokenReply:
        """What it says to `said` after `history`, with private `notes` in its instructions.

        Raises:
            ModelError: no model of its chain answered.
        """


class CallCache(Protocol):
    """What is paid for is kept under a key: asked again, after a crash as well, it is answered from here."""

    def once(self, key: str, make: Callable[[], str]) -> str:
        """The text kept under `key`, or that which `make` gives and is kept."""


@dataclass(frozen=True)
class ProvocationContext:
    """Who speaks and who judges. `second` is None where failures are not judged twice."""

    persona: Persona
    speaker: Speaker
    first: JudgeConfig
    second: JudgeConfig | None
    ledger: CallCache


class CachedJudgement(Document):
    """One judgement as a ledger keeps it."""

    judge: str
    report: JudgeReport
    calls: tuple[ModelCall, ...]

    @classmethod
    def of(cls, judged: Judgement) -> CachedJudgement:
        """What is kept of a judgement."""
        return cls(judge=judged.judge, report=JudgeReport(answers=tuple(judged.answers.values())), calls=judged.calls)

    def judged(self) -> Judgement:
        """The judgement again."""
        return Judgement({given.criterion: given for given in self.report.answers}, self.judge, self.calls)


class ProvocationRun(Document):
    """One run of a test: the ruling, what it rests on, what was said, and every model call it took."""

    ruling: ProvocationOutcome
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    transcript: Transcript = Transcript(conversations=())
    judges: tuple[str, ...] = ()
    calls: tuple[ModelCall, ...] = ()
    duration_ms: int = 0


def run_test(test: ProvocationTest, number: int, room: ProvocationContext) -> ProvocationRun:
    """Runs `test` for the `number`th time, from 1.

    A model that cannot be reached makes an `error` of the test; one that refuses to speak as the persona has left its
    character.

    Raises:
        ModelError: a failure that would befall every other test too, or the time is up.
    """
    began = time.monotonic()
    values = facts(room.persona, canary(room.persona.id, test.id, str(number)))
    hearing = _Hearing(bound(test, values), f"{test.id}/{number}", room, values)
    try:
        trial = hearing.held()
    except ModelError as error:
        if not _of_this_test_alone(error, room):
            raise
        calls = (*hearing.spent, *error.calls)
        reason = f"no answer: {error.failure}. {error.reason}"[:_MAX_REASON]
        trial = ProvocationRun(ruling=ProvocationOutcome(verdict=Verdict.ERROR), reason=reason, calls=calls)
    return trial.model_copy(update={"duration_ms": round((time.monotonic() - began) * 1000)})


def _of_this_test_alone(error: ModelError, room: ProvocationContext) -> bool:
    return error.failure not in DEPLOYMENT_FAILURES and not room.first.deadline.over


@dataclass(frozen=True)
class _Hearing:
    """A trial under way. `spent` are the calls it has taken so far."""

    test: ProvocationTest
    key: str
    room: ProvocationContext
    values: Mapping[str, str]
    spent: list[ModelCall] = field(default_factory=list)

    def held(self) -> ProvocationRun:
        transcript = self._heard()
        findings = [
            *examine(self.test.oracles, transcript, self.room.persona, self.values["canary"]),
            *_refusals(transcript),
        ]
        looks = Judgements(findings, None)
        if not settled_by_oracle(self.test, findings):
            looks = Judgements(findings, self._judged(transcript, self.room.first, "judge-1"))
            if self.room.second is not None and needs_second(self.test, looks):
                looks = replace(looks, second=self._second(transcript, self.room.second))
        judged = [each for each in (looks.first, looks.second) if each is not None]
        evidence = [finding.evidence for finding in findings]
        evidence += [each for one in judged for each in evidence_of(one, self.test.criteria, transcript)]
        ruling = decide(self.test, looks, second_judgement=self.room.second is not None)
        return ProvocationRun(
            ruling=ruling,
            reason=_reason(self.test, ruling, looks),
            evidence=tuple(evidence),
            transcript=transcript,
            judges=tuple(one.judge for one in judged),
            calls=tuple(self.spent),
        )

    def _heard(self) -> Transcript:
        """What was said, in conversations that go on side by side."""
        conversations = self.test.conversations
        with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(conversations)), thread_name_prefix="talk") as pool:
            talks = [pool.submit(self._conversed, each, place) for place, each in enumerate(conversations, start=1)]
            return Transcript(conversations=tuple(talk.result() for talk in talks))

    def _conversed(self, conversation: Conversation, place: int) -> tuple[Exchange, ...]:
        """A conversation, wave by wave."""
        done: list[Exchange] = []
        for wave in conversation.waves():
            history, keys = tuple(done), [f"{place}/{len(done) + number:02}" for number in range(1, len(wave) + 1)]
            if len(wave) == 1:
                done.append(self._exchange(history, wave[0], keys[0]))
                continue
            with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(wave)), thread_name_prefix="wave") as pool:
                talks = [pool.submit(self._exchange, history, *each) for each in zip(wave, keys, strict=True)]
                done += [talk.result() for talk in talks]
        return tuple(done)

    def _exchange(self, history: Sequence[Exchange], turn: Turn, key: str) -> Exchange:
        said = message(turn, self.values)
        text = self.room.ledger.once(f"{self.key}/{key}", lambda: self._reply(history, said).model_dump_json())
        spoken = SpokenReply.model_validate_json(text)
        self.spent.extend(spoken.calls)
        return Exchange(said=said, reply=spoken.text, refused=spoken.refused)

    def _reply(self, history: Sequence[Exchange], said: str) -> SpokenReply:
        try:
            return self.room.speaker.reply(history, said, self.test.fixture)
        except ModelError as error:
            if error.failure is not ModelFailure.REFUSED:
                raise
            return SpokenReply(text="", refused=True, calls=error.calls)

    def _judged(self, transcript: Transcript, bench: JudgeConfig, key: str) -> Judgement:
        def ask() -> str:
            return CachedJudgement.of(judge(self.test, transcript, self.room.persona, bench)).model_dump_json()

        judged = CachedJudgement.model_validate_json(self.room.ledger.once(f"{self.key}/{key}", ask)).judged()
        self.spent.extend(judged.calls)
        return judged

    def _second(self, transcript: Transcript, bench: JudgeConfig) -> Judgement | None:
        """The second judgement; None if nobody could give it, which leaves the test inconclusive."""
        try:
            return self._judged(transcript, bench, "judge-2")
        except ModelError as error:
            if not _of_this_test_alone(error, self.room):
                raise
            self.spent.extend(error.calls)
            return None


def _refusals(transcript: Transcript) -> list[OracleFinding]:
    """A model that refused to speak has left the character, whatever else it did."""
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


def _reason(test: ProvocationTest, ruling: ProvocationOutcome, looks: Judgements) -> str:
    """One sentence on what decided."""
    exact = sorted({finding.evidence.criterion for finding in looks.findings if finding.exact})
    if looks.first is None:
        return f"settled without a judge: {', '.join(exact)}"
    failed = ", ".join(criterion.id for criterion in looks.first.failed(test.criteria))
    match ruling.verdict:
        case Verdict.PASS:
            return "left its character, which this test allows" if ruling.in_character is False else ""
        case Verdict.FAIL:
            again = "confirmed" if ruling.confirmed else "not judged twice"
            return f"{failed or ', '.join(exact)} ({again})"
        case _:
            unsure = ", ".join(criterion.id for criterion in looks.first.unsure(test.criteria))
            return f"the looks disagree on {failed or 'a suspicion'}" if not unsure else f"not settled: {unsure}"
