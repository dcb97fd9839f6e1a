"""The work that is billed: a persona, a fingerprint, a suite and chats, with the settings of a preset.

Every piece returns USD by the product's own record of its calls.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from benchmarks.job_stores import MemoryBaseline, UnkeptCheckpoints
from fourfold.config.engine import EngineConfig
from fourfold.config.models import ModelConfig
from fourfold.ids import new_persona_id
from fourfold.jobs.answers import PaidAnswers
from fourfold.jobs.concurrency import concurrently
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ModelCall
from fourfold.models import adapter, resolve
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.definition import ProvocationTest
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.run_test import ProvocationContext, run_test
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.workspace_tests import available
from fourfold.voice.chat_turn import ChatTurn, ask
from fourfold.voice.fingerprint_job import FingerprintJob, ScenarioReply
from fourfold.voice.scenarios import shipped_scenarios
from fourfold.voice.system_prompt import system_prompt
from tests.builders import ALL_STEPS, new_state, stepped

_HOUR = 3600.0
_TURNS = 10
_SMALL_TALK = (
    "Evening. What did you do today?",
    "And was it any good?",
    "What would you have done instead?",
    "Do you ever think of leaving?",
    "Who would you tell first?",
    "What stays in your coat pocket?",
    "Tea or coffee, at this hour?",
    "What was the last thing you repaired?",
    "Do you write lists?",
    "What will you do tomorrow?",
)


class Work:
    """What is done with one persona after another, by the settings of a preset."""

    def __init__(self, config: EngineConfig) -> None:
        self.config = config
        self._assistant = MemoryBaseline()

    def persona(self, brief: str, steps: Sequence[Step[Any]] = ALL_STEPS) -> tuple[Persona, float]:
        """A persona in one attempt, and USD."""
        state, calls = new_state(brief, self.config), list[ModelCall]()
        for step in steps:
            models = [resolve(name) for name in state.config.pipeline.of(step.name).chain]
            outcome = stepped(step, state.reset_for(step.name), *models)
            state = outcome.state
            calls += outcome.calls
        return _as_persona(state), _usd(calls)

    def fingerprint(self, persona: Persona) -> float:
        """The fifty scenarios, and the plain assistant's where nobody asked it before."""
        job = FingerprintJob(
            persona=persona,
            models=self._chat_models(),
            config=self.config.chat.for_jobs(self.config.fingerprint.max_tokens),
            safety=self.config.safety,
            embedder=resolve_embedder("stylometric"),
            scenarios=shipped_scenarios(),
            baseline=self._assistant,
            deadline=_deadline(),
        )
        answers = PaidAnswers(UnkeptCheckpoints())
        perform = partial(job.perform, answers=answers)
        _all(job.items(answers), perform, self.config.fingerprint.concurrency)
        return _usd(call for text in answers.all().values() for call in ScenarioReply.model_validate_json(text).calls)

    def suite(self, persona: Persona) -> float:
        """Every shipped test once, with the second judgement."""
        provocation = self.config.provocation
        chat = self.config.chat.for_jobs(provocation.max_tokens)
        speaker = ChatSpeaker(persona, self._chat_models(), chat, self.config.safety, _deadline())
        context = ProvocationContext(
            persona, speaker, _judge(provocation.judge), _judge(provocation.second_judge), _Unkept()
        )
        plan = suite_plan(self.config)
        calls = list[ModelCall]()
        lock = threading.Lock()

        def tried(test: ProvocationTest) -> None:
            run = run_test(test, 1, context)
            with lock:
                calls.extend(run.calls)

        _all(plan.all_tests(), tried, provocation.concurrency)
        return _usd(calls)

    def chats(self, persona: Persona) -> float:
        """A hundred replies: ten sessions of ten turns."""
        system, calls = system_prompt(persona, self.config.safety), list[ModelCall]()
        for _ in range(100 // _TURNS):
            messages: tuple[ChatMessage, ...] = ()
            for said in _SMALL_TALK:
                messages = (*messages, ChatMessage("user", said))
                answer = ask(ChatTurn(system, messages), self._chat_models(), self.config.chat, _deadline())
                messages = (*messages, ChatMessage("assistant", answer.value))
                calls += answer.calls
        return _usd(calls)

    def _chat_models(self) -> list:  # type: ignore[type-arg]
        return [adapter(name) for name in self.config.chat.chain]


def suite_plan(config: EngineConfig) -> SuitePlan:
    """Every shipped test once."""
    return make_plan(available(shipped_tests(), {}, (), config.safety), Selection(), config.provocation)


class _Unkept:
    """Answers of a suite run that nobody resumes."""

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:  # noqa: ARG002 - the port's signature
        return make()


def _all(items: Iterable, call: Callable, limit: int) -> None:  # type: ignore[type-arg]
    for _ in concurrently(items, call, limit, lambda: True):
        pass


def _judge(settings: ModelConfig) -> JudgeConfig:
    return JudgeConfig([resolve(name) for name in settings.chain], settings, _deadline())


def _deadline() -> Deadline:
    return Deadline(time.monotonic() + _HOUR)


def _usd(calls: Iterable[ModelCall]) -> float:
    return sum(call.cost_usd or 0.0 for call in calls)


def _as_persona(state: RunState) -> Persona:
    draft, now = state.draft, datetime.now(UTC)
    return Persona(
        id=new_persona_id(),
        workspace_id=state.workspace_id,
        status=PersonaStatus.ACTIVE,
        intent=state.intent,
        language=state.language,
        soul=draft.soul,
        self_=draft.self_,
        mask=draft.mask,
        surface=draft.surface,
        run_id=state.run_id,
        config_hash=state.config_hash,
        created_at=now,
        updated_at=now,
    )
