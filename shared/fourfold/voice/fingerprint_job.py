"""The fingerprint as a background job: one item per scenario; the replies are embedded in one call at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from fourfold.config.engine import SafetyConfig
from fourfold.config.models import ModelConfig
from fourfold.events.envelope import bus_entry
from fourfold.events.voice import FingerprintReady, VoiceTooClose
from fourfold.jobs.answers import WORKING, PaidAnswers
from fourfold.jobs.job import Conclusion, failed_calls
from fourfold.jobs.store import NewVersion
from fourfold.layers import same_layers
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ChatModel, ModelCall
from fourfold.persona import Document, Persona
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.voice.chat_turn import ChatTurn, ask
from fourfold.voice.distinctiveness import ComparableVoice
from fourfold.voice.embedder import Embedder, MeteredEmbedder
from fourfold.voice.fingerprint import (
    Fingerprint,
    FingerprintInput,
    FingerprintOwner,
    make_fingerprint,
    summary_of,
)
from fourfold.voice.scenario_turn import scenario_turn
from fourfold.voice.scenarios import Scenario, ScenarioSet
from fourfold.voice.too_close import too_close

# Keys of the plain assistant's replies.
_ASSISTANT_REPLY = f"{WORKING}bare/"
ASSISTANT_SYSTEM = "You are a helpful assistant. Answer in two or three short sentences, forty words at most."


class ScenarioReply(Document):
    """A stored reply of the persona or of the plain assistant, with its `provider:model` and all model calls."""

    reply: str
    answered_by: str
    calls: tuple[ModelCall, ...]


def paid_reply(turn: ChatTurn, models: Sequence[ChatModel], config: ModelConfig, deadline: Deadline) -> str:
    """Asks the models; returns a ScenarioReply as JSON.

    Raises:
        ModelError: no model answered.
    """
    answer = ask(turn, models, config, deadline)
    name = f"{answer.provider}:{answer.model}"
    return ScenarioReply(reply=answer.value, answered_by=name, calls=answer.calls).model_dump_json()


class AssistantBaseline(Protocol):
    """Baseline replies that separate personas from the plain assistant, by model and scenario, per workspace."""

    def read(self, model: str) -> Mapping[str, str]:
        """Returns the baseline replies of a model, by scenario id."""

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Stores a baseline reply; an existing one is not overwritten."""


def _ready_entries(run: Run, fingerprint: Fingerprint, close: VoiceTooClose | None) -> list[dict[str, Any]]:
    """The bus entries of a fingerprint that is ready; `close` is published with it."""
    ready = FingerprintReady(
        persona_id=fingerprint.persona_id,
        run_id=fingerprint.run_id,
        embedder=fingerprint.embedder,
        scenario_set=fingerprint.scenario_set,
        scenarios=fingerprint.scenarios,
        calibration=fingerprint.calibration.n,
        grade=fingerprint.grade,
        eer=summary_of(fingerprint).eer,
        cost_usd=fingerprint.cost_usd,
    )
    return [
        bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=fingerprint.created_at)
        for event in (ready, close)
        if event is not None
    ]


def concluded(  # noqa: PLR0913 - what the end of the job holds
    run: Run,
    fingerprint: Fingerprint,
    answers: Mapping[str, ScenarioReply],
    close: VoiceTooClose | None,
    embedder: MeteredEmbedder,
    *,
    summary: Callable[[Persona], Persona] | None = None,
    version: Callable[[Persona], NewVersion] | None = None,
) -> Conclusion:
    """The end of a job that made a fingerprint of these replies, with its events."""
    return Conclusion(
        result=fingerprint.model_dump_json(),
        records={scenario_id: answer.reply for scenario_id, answer in answers.items()},
        entries=_ready_entries(run, fingerprint, close),
        tokens=fingerprint.tokens,
        cost_usd=fingerprint.cost_usd,
        further_calls=embedder.calls,
        summary=summary,
        version=version,
    )


def with_summary(persona: Persona, fingerprint: Fingerprint, spoken: Persona) -> Persona:
    """The stored persona with the summary of a fingerprint that `spoken`, the persona of the time, was asked for."""
    details = {"persona_version": spoken.version, "stale": not same_layers(spoken, persona)}
    return persona.model_copy(update={"fingerprint": summary_of(fingerprint).model_copy(update=details)})


@dataclass
class FingerprintJob:
    """Implements `fourfold.jobs.job.Job` for one persona.

    `others` returns the voices that the new one must be distinct from by `min_distinctiveness` (0-1).
    """

    persona: Persona
    models: Sequence[ChatModel]
    config: ModelConfig
    safety: SafetyConfig
    embedder: Embedder
    scenarios: ScenarioSet
    baseline: AssistantBaseline
    deadline: Deadline
    others: Callable[[Fingerprint], Sequence[ComparableVoice]] = lambda _fingerprint: ()
    min_distinctiveness: float = 0.0
    _answered_before: frozenset[str] | None = None  # scenarios with a baseline reply when the job started

    def items(self, answers: PaidAnswers) -> Sequence[str]:  # noqa: ARG002 - the port's signature
        """The scenario ids."""
        if self._answered_before is None:
            self._answered_before = frozenset(self.baseline.read(self._baseline_key))
        return [scenario.id for scenario in self.scenarios.scenarios]

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Asks the persona one scenario, and the plain assistant if its baseline reply is missing."""
        scenario = self.scenarios.find(key)
        if self._ask_assistant(scenario, answers):
            self.deadline.check()
        answers.get_or_make(key, lambda: self.ask_persona(scenario))

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:
        """Builds the fingerprint from all replies, with its event and the persona's summary."""
        embedder = MeteredEmbedder(self.embedder)
        answers = self.answers_in(stored)
        paid = [*self.calls_in(stored), *failed_calls(stored)]
        fingerprint = self.fingerprint_of(run, answers, paid, embedder, at)
        close = too_close(fingerprint, self.others(fingerprint), self.min_distinctiveness)
        summary = partial(with_summary, fingerprint=fingerprint, spoken=self.persona)
        return concluded(run, fingerprint, answers, close, embedder, summary=summary)

    def answers_in(self, stored: Mapping[str, str], prefix: str = "") -> dict[str, ScenarioReply]:
        """The stored replies by scenario id; `prefix` begins their keys."""
        return {
            scenario.id: ScenarioReply.model_validate_json(stored[f"{prefix}{scenario.id}"])
            for scenario in self.scenarios.scenarios
        }

    def fingerprint_of(
        self,
        run: Run,
        answers: Mapping[str, ScenarioReply],
        paid: Sequence[ModelCall],
        embedder: Embedder,
        at: datetime,
    ) -> Fingerprint:
        """Returns the fingerprint of the replies; `paid` are the calls that it cost, those of `embedder` excepted.

        Raises:
            ModelError: the embedder returned no vectors.
        """
        tokens, cost_usd = tokens_and_cost(paid)
        source = FingerprintInput(
            replies={scenario_id: answer.reply for scenario_id, answer in answers.items()},
            assistant_replies=list(self.baseline.read(self._baseline_key).values()),
            models=tuple(sorted({answer.answered_by for answer in answers.values()})),
            tokens=tokens,
            cost_usd=cost_usd,
        )
        owner = FingerprintOwner(self.persona.id, run.id, self.persona.language)
        return make_fingerprint(owner, source, embedder, self.scenarios, at)

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of the scenarios answered so far, by the persona and by the plain assistant."""
        scenarios = {scenario.id for scenario in self.scenarios.scenarios}
        texts = (text for key, text in stored.items() if key in scenarios or key.startswith(_ASSISTANT_REPLY))
        return [call for text in texts for call in ScenarioReply.model_validate_json(text).calls]

    @property
    def _baseline_key(self) -> str:
        """Storage key of the baseline replies: first model of the chain and scenario set version."""
        return f"{self.models[0].name}#{self.scenarios.version}"

    def ask_persona(self, scenario: Scenario) -> str:
        """Asks the persona one scenario; returns a ScenarioReply as JSON.

        Raises:
            ModelError: no model answered.
        """
        return self._reply(scenario_turn(self.persona, self.safety, scenario))

    def _ask_assistant(self, scenario: Scenario, answers: PaidAnswers) -> bool:
        """Returns whether the assistant's reply was missing."""
        if scenario not in self.scenarios.baseline_subset() or scenario.id in (self._answered_before or ()):
            return False
        turn = ChatTurn(ASSISTANT_SYSTEM, (ChatMessage("user", scenario.text("en")),))
        text = answers.get_or_make(f"{_ASSISTANT_REPLY}{scenario.id}", lambda: self._reply(turn))
        self.baseline.keep(self._baseline_key, scenario.id, ScenarioReply.model_validate_json(text).reply)
        return True

    def _reply(self, turn: ChatTurn) -> str:
        """Asks the models; returns a ScenarioReply as JSON."""
        return paid_reply(turn, self.models, self.config, self.deadline)
