"""The fingerprint as a background job: one item per scenario; the replies are embedded in one call at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fourfold.config.engine import SafetyConfig
from fourfold.config.models import ModelConfig
from fourfold.events.envelope import bus_entry
from fourfold.events.voice import FingerprintReady
from fourfold.jobs.job import Conclusion, failed_calls
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ChatModel, ModelCall, ModelError
from fourfold.persona import Document, Persona
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.voice.chat_turn import ChatTurn, ask
from fourfold.voice.embedder import Embedder
from fourfold.voice.fingerprint import FingerprintInput, FingerprintOwner, make_fingerprint, summary_of
from fourfold.voice.scenarios import Scenario, ScenarioSet
from fourfold.voice.system_prompt import system_prompt

_LENGTH_RULE = "Answer as you would speak: two to four sentences, and nothing beside them."
_ASSISTANT_SYSTEM = "You are a helpful assistant. Answer in two to four sentences."


class ScenarioReply(Document):
    """The checkpoint of one scenario: the reply, its `provider:model`, and all model calls, baseline call included."""

    reply: str
    answered_by: str
    calls: tuple[ModelCall, ...]


class AssistantBaseline(Protocol):
    """Baseline replies that separate personas from the plain assistant, by model and scenario, per workspace."""

    def read(self, model: str) -> Mapping[str, str]:
        """Returns the baseline replies of a model, by scenario id."""

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Stores a baseline reply; an existing one is not overwritten."""


@dataclass(frozen=True)
class FingerprintJob:
    """Implements `fourfold.jobs.job.Job` for one persona."""

    persona: Persona
    models: Sequence[ChatModel]
    config: ModelConfig
    safety: SafetyConfig
    embedder: Embedder
    scenarios: ScenarioSet
    baseline: AssistantBaseline
    deadline: Deadline

    def items(self) -> Sequence[str]:
        """The scenario ids."""
        return [scenario.id for scenario in self.scenarios.scenarios]

    def perform(self, key: str) -> str:
        """Asks the persona one scenario, and the plain assistant if its baseline reply is missing; returns JSON."""
        scenario = self.scenarios.find(key)
        calls = self._ask_assistant(scenario)
        if calls:
            self.deadline.check()
        turn = ChatTurn(
            f"{system_prompt(self.persona, self.safety)}\n\n{_LENGTH_RULE}",
            (ChatMessage("user", scenario.text(self.persona.language)),),
        )
        try:
            answer = ask(turn, self.models, self.config, self.deadline)
        except ModelError as error:
            error.calls = (*calls, *error.calls)  # the assistant's reply is kept for others, its cost is this job's
            raise
        name = f"{answer.provider}:{answer.model}"
        return ScenarioReply(reply=answer.value, answered_by=name, calls=(*calls, *answer.calls)).model_dump_json()

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """Builds the fingerprint from all replies, with its event and the persona's summary."""
        answers = self._answers(kept)
        tokens, cost_usd = tokens_and_cost([*self.calls_in(kept), *failed_calls(kept)])
        replies = {scenario.id: answers[scenario.id].reply for scenario in self.scenarios.scenarios}
        source = FingerprintInput(
            replies=replies,
            assistant_replies=list(self.baseline.read(self._baseline_key).values()),
            models=tuple(sorted({one.answered_by for one in answers.values()})),
            tokens=tokens,
            cost_usd=cost_usd,
        )
        owner = FingerprintOwner(self.persona.id, run.id, self.persona.language)
        fingerprint = make_fingerprint(owner, source, self.embedder, self.scenarios, at)
        summary = summary_of(fingerprint)
        ready = FingerprintReady(
            persona_id=fingerprint.persona_id,
            run_id=fingerprint.run_id,
            embedder=fingerprint.embedder,
            scenario_set=fingerprint.scenario_set,
            scenarios=fingerprint.scenarios,
            calibration=fingerprint.calibration.n,
            grade=fingerprint.grade,
            eer=summary.eer,
            cost_usd=fingerprint.cost_usd,
        )
        entry = bus_entry(ready, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)
        return Conclusion(
            result=fingerprint.model_dump_json(),
            entry=entry,
            tokens=fingerprint.tokens,
            cost_usd=fingerprint.cost_usd,
            summary=lambda persona: persona.model_copy(update={"fingerprint": summary}),
        )

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of the scenarios answered so far."""
        return [call for reply in self._answers(kept).values() for call in reply.calls]

    def _answers(self, kept: Mapping[str, str]) -> dict[str, ScenarioReply]:
        return {key: ScenarioReply.model_validate_json(kept[key]) for key in self.items() if key in kept}

    @property
    def _baseline_key(self) -> str:
        """Storage key of the baseline replies: first model of the chain and scenario set version."""
        return f"{self.models[0].name}#{self.scenarios.version}"

    def _ask_assistant(self, scenario: Scenario) -> tuple[ModelCall, ...]:
        if scenario not in self.scenarios.baseline_subset() or scenario.id in self.baseline.read(self._baseline_key):
            return ()
        turn = ChatTurn(_ASSISTANT_SYSTEM, (ChatMessage("user", scenario.text("en")),))
        answer = ask(turn, self.models, self.config, self.deadline)
        self.baseline.keep(self._baseline_key, scenario.id, answer.value)
        return answer.calls
