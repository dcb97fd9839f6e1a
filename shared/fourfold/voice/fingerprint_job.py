"""The fingerprint as a background job: each scenario is one item; the vectors are made at the end, in one go."""

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

_BRIEFLY = "Answer as you would speak: two to four sentences, and nothing beside them."
_BARE = "You are a helpful assistant. Answer in two to four sentences."


class ScenarioReply(Document):
    """One kept item: what was said, by whom, and every call it took, a bare assistant's included."""

    reply: str
    answered_by: str
    calls: tuple[ModelCall, ...]


class AssistantBaseline(Protocol):
    """A bare assistant's replies by model and scenario, kept for the workspace: every persona is told from them."""

    def read(self, model: str) -> Mapping[str, str]:
        """The replies of a model by scenario."""

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Keeps a reply; one that is kept already stays as it was."""


@dataclass(frozen=True)
class FingerprintJob:
    """Implements `fourfold.jobs.job.Work` for one persona."""

    persona: Persona
    models: Sequence[ChatModel]
    config: ModelConfig
    safety: SafetyConfig
    embedder: Embedder
    scenarios: ScenarioSet
    baseline: AssistantBaseline
    deadline: Deadline

    def items(self) -> Sequence[str]:
        """The scenarios."""
        return [scenario.id for scenario in self.scenarios.scenarios]

    def perform(self, key: str) -> str:
        """Asks the persona one scenario; where its assistant has not answered it yet, the bare assistant too."""
        scenario = self.scenarios.find(key)
        calls = self._ask_bare(scenario)
        if calls:
            self.deadline.check()
        turn = ChatTurn(
            f"{system_prompt(self.persona, self.safety)}\n\n{_BRIEFLY}",
            (ChatMessage("user", scenario.text(self.persona.language)),),
            self.persona,
        )
        try:
            answer = ask(turn, self.models, self.config, self.deadline)
        except ModelError as error:
            error.calls = (*calls, *error.calls)  # the assistant's reply is kept for others, its cost is this job's
            raise
        name = f"{answer.provider}:{answer.model}"
        return ScenarioReply(reply=answer.value, answered_by=name, calls=(*calls, *answer.calls)).model_dump_json()

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """Makes the fingerprint of what was said."""
        spoken = self._replies(kept)
        tokens, cost_usd = tokens_and_cost([*self.calls_in(kept), *failed_calls(kept)])
        said = {scenario.id: spoken[scenario.id].reply for scenario in self.scenarios.scenarios}
        taken = FingerprintInput(
            replies=said,
            pole=list(self.baseline.read(self._pole).values()),
            models=tuple(sorted({one.answered_by for one in spoken.values()})),
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

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of the scenarios answered so far."""
        return [call for reply in self._replies(kept).values() for call in reply.calls]

    def _replies(self, kept: Mapping[str, str]) -> dict[str, ScenarioReply]:
        return {key: ScenarioReply.model_validate_json(kept[key]) for key in self.items() if key in kept}

    @property
    def _pole(self) -> str:
        """What the bare assistant's replies are kept under: the model meant to speak, and the set it was asked."""
        return f"{self.models[0].name}#{self.scenarios.version}"

    def _ask_bare(self, scenario: Scenario) -> tuple[ModelCall, ...]:
        if scenario not in self.scenarios.of_pole() or scenario.id in self.baseline.read(self._pole):
            return ()
        turn = ChatTurn(_BARE, (ChatMessage("user", scenario.text("en")),), None)
        answer = ask(turn, self.models, self.config, self.deadline)
        self.baseline.keep(self._pole, scenario.id, answer.value)
        return answer.calls
