"""The fingerprint as a background job: each scenario is one item; the vectors are made at the end, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fourfold.config.engine import SafetyConfig
from fourfold.config.models import ModelConfig
from fourfold.events.envelope import bus_entry
from fourfold.events.voice import FingerprintReady
from fourfold.jobs.answers import WORKING, PaidAnswers
from fourfold.jobs.job import Conclusion
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ChatModel, ModelCall
from fourfold.persona import Document, Persona
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.voice.chat_turn import ChatTurn, ask
from fourfold.voice.embedder import Embedder
from fourfold.voice.fingerprint import FingerprintInput, FingerprintOwner, make_fingerprint, summary_of
from fourfold.voice.scenarios import Scenario, ScenarioSet
from fourfold.voice.system_prompt import system_prompt

_BRIEFLY = "Answer as you would speak: two to four sentences, and nothing beside them."
_BARE = "You are a helpful assistant. Answer in two to four sentences."


class ScenarioReply(Document):
    """One kept reply, of the persona or of the plain assistant: what was said, by whom, and every call it took."""

    reply: str
    answered_by: str
    calls: tuple[ModelCall, ...]


class AssistantBaseline(Protocol):
    """A bare assistant's replies by model and scenario, kept for the workspace: every persona is told from them."""

    def read(self, model: str) -> Mapping[str, str]:
        """The replies of a model by scenario."""

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Keeps a reply; one that is kept already stays as it was."""


@dataclass
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
    _answered_before: frozenset[str] = frozenset()  # scenarios that the plain assistant had answered at the beginning

    def items(self, answers: PaidAnswers) -> Sequence[str]:  # noqa: ARG002 - the port's: the scenarios are given
        """The scenarios."""
        self._answered_before = frozenset(self.baseline.read(self._pole))
        return [scenario.id for scenario in self.scenarios.scenarios]

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Asks the persona one scenario; where the plain assistant has not answered it yet, the assistant too."""
        scenario = self.scenarios.find(key)
        self._ask_bare(scenario, answers)
        answers.get_or_make(key, lambda: self._asked(scenario))

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """Makes the fingerprint of what was said."""
        spoken = {key: ScenarioReply.model_validate_json(text) for key, text in kept.items()}
        tokens, cost_usd = tokens_and_cost(call for one in spoken.values() for call in one.calls)
        said = {scenario.id: spoken[scenario.id].reply for scenario in self.scenarios.scenarios}
        taken = FingerprintInput(
            replies=said,
            pole=list(self.baseline.read(self._pole).values()),
            models=tuple(sorted({spoken[scenario.id].answered_by for scenario in self.scenarios.scenarios})),
            tokens=tokens,
            cost_usd=cost_usd,
        )
        whose = FingerprintOwner(self.persona.id, run.id, self.persona.language)
        made = make_fingerprint(whose, taken, self.embedder, self.scenarios, at)
        summary = summary_of(made)
        ready = FingerprintReady(
            persona_id=made.persona_id,
            run_id=made.run_id,
            embedder=made.embedder,
            scenario_set=made.scenario_set,
            scenarios=made.scenarios,
            calibration=made.calibration.n,
            grade=made.grade,
            eer=summary.eer,
            cost_usd=made.cost_usd,
        )
        entry = bus_entry(ready, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)
        return Conclusion(
            result=made.model_dump_json(),
            entry=entry,
            tokens=made.tokens,
            cost_usd=made.cost_usd,
            summary=lambda persona: persona.model_copy(update={"fingerprint": summary}),
        )

    @property
    def _pole(self) -> str:
        """What the bare assistant's replies are kept under: the model meant to speak, and the set it was asked."""
        return f"{self.models[0].name}#{self.scenarios.version}"

    def _asked(self, scenario: Scenario) -> str:
        turn = ChatTurn(
            f"{system_prompt(self.persona, self.safety)}\n\n{_BRIEFLY}",
            (ChatMessage("user", scenario.text(self.persona.language)),),
            self.persona,
        )
        return self._reply(turn)

    def _ask_bare(self, scenario: Scenario, answers: PaidAnswers) -> None:
        if scenario not in self.scenarios.of_pole() or scenario.id in self._answered_before:
            return
        turn = ChatTurn(_BARE, (ChatMessage("user", scenario.text("en")),), None)
        text = answers.get_or_make(f"{WORKING}bare/{scenario.id}", lambda: self._reply(turn))
        self.baseline.keep(self._pole, scenario.id, ScenarioReply.model_validate_json(text).reply)

    def _reply(self, turn: ChatTurn) -> str:
        """One reply as it is kept."""
        answer = ask(turn, self.models, self.config, self.deadline)
        name = f"{answer.provider}:{answer.model}"
        return ScenarioReply(reply=answer.value, answered_by=name, calls=answer.calls).model_dump_json()
