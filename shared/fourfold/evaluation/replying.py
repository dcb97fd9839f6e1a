"""The replies of an evaluation's personas to scenarios: each is asked once, and stored at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from fourfold.config.engine import ChatConfig, EngineConfig
from fourfold.evaluation.asked_once import AskedOnce
from fourfold.evaluation.models import Side
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.store import EvaluationStore, reply_key
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatModel, ModelCall
from fourfold.persona import Document, Persona
from fourfold.voice.chat_turn import ask
from fourfold.voice.scenario_turn import scenario_turn
from fourfold.voice.scenarios import Scenario, scenario_set


class PersonaReply(Document):
    """A persona's reply to a scenario, null if no model gave one. `calls` are all calls that it took."""

    reply: str | None
    calls: tuple[ModelCall, ...] = ()


def reply_config(config: EngineConfig) -> ChatConfig:
    """Returns the settings of a reply: those of the fingerprint, whose scenarios they are."""
    return config.chat.for_jobs(config.fingerprint.max_tokens)


@dataclass(frozen=True)
class ScenarioReplies:
    """Asks the personas of one brief. `models` returns the models of a side, whose calls count against the budget."""

    evaluation: Evaluation
    brief: int
    store: EvaluationStore
    models: Callable[[Side], Sequence[ChatModel]]
    deadline: Deadline

    def ask(self, side: Side, persona: Persona | None) -> None:
        """Asks a persona the evaluation's scenarios, with the texts of its side.

        Raises:
            EvaluationStoppedError: the evaluation sends no further call.
            JudgeTimeoutError: the time left may not suffice for a call.
            ModelRefusedError: the model as which it speaks answers no call of the evaluation.
        """
        if persona is None or not self.evaluation.scenarios:
            return
        engine = self.evaluation.arm(side).config
        config, scenarios = reply_config(engine), scenario_set(engine.pipeline.variant)
        once = AskedOnce(self.evaluation, self.store, self.deadline)

        def reply(scenario: Scenario) -> PersonaReply:
            turn = scenario_turn(persona, engine.safety, scenario)
            answer = ask(turn, self.models(side), config, self.deadline)
            return PersonaReply(reply=answer.value, calls=answer.calls)

        for name in self.evaluation.scenarios:
            key, scenario = reply_key(self.brief, side, name), scenarios.find(name)
            once.ask(key, config.timeout_s, partial(reply, scenario), _no_reply)


def _no_reply(calls: tuple[ModelCall, ...]) -> PersonaReply:
    return PersonaReply(reply=None, calls=calls)
