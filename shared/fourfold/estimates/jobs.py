"""The estimates of a persona's jobs: prompts of every scenario, test and judgement, with replies of a usual length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fourfold.config.engine import ChatConfig, EngineConfig
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.generation import estimate_steps
from fourfold.estimates.planned import PlannedCall, estimate_of, instruction_tokens, material_tokens, request_tokens
from fourfold.estimates.scenario_replies import REPLY_TOKENS
from fourfold.persona import Persona
from fourfold.provocation.definition import ProvocationTest, Severity
from fourfold.provocation.judge import question
from fourfold.provocation.plan import SuitePlan
from fourfold.provocation.slots import bind_slots, message_text, slot_values
from fourfold.provocation.speaker import speaker_system
from fourfold.provocation.transcript import Exchange, Transcript
from fourfold.steps import StepName
from fourfold.voice.fingerprint_job import ASSISTANT_SYSTEM
from fourfold.voice.scenario_turn import scenario_system
from fourfold.voice.scenarios import ScenarioSet

_REPLY: Final = "x" * round(REPLY_TOKENS * 3.88)
# An answer to one question of a judge.
_ANSWER_TOKENS: Final = 26
# Of the tests that are not critical, how many at most are usually judged twice.
_JUDGED_TWICE: Final = 0.3


def estimate_fingerprint(persona: Persona, config: EngineConfig, scenarios: ScenarioSet) -> Estimate:
    """Returns what a fingerprint would cost; the plain assistant is asked once for a model and workspace.

    Raises:
        NotWrittenError: the persona has no layers yet.
    """
    chat = config.chat.for_jobs(config.fingerprint.max_tokens)
    replies = _scenario_replies(persona, config, chat, scenarios)
    assistant = instruction_tokens(ASSISTANT_SYSTEM)
    baseline = [
        PlannedCall("assistant", chat, assistant + material_tokens(scenario.text("en")), REPLY_TOKENS, least=0)
        for scenario in scenarios.baseline_subset()
    ]
    return estimate_of([*replies, *baseline])


def estimate_rewriting_fingerprint(persona: Persona, config: EngineConfig, scenarios: ScenarioSet) -> Estimate:
    """Returns what a fingerprint would cost that may write the mask once more and ask all scenarios again.

    Raises:
        NotWrittenError: the persona has no layers yet.
    """
    chat = config.chat.for_jobs(config.fingerprint.max_tokens)
    layers = estimate_steps(persona.intent, config, (StepName.MASK_BUILD, StepName.SURFACE_GROUND), 1)
    again = estimate_of(_scenario_replies(persona, config, chat, scenarios))
    return estimate_fingerprint(persona, config, scenarios).plus(layers.plus(again).if_needed())


def estimate_voice_check(
    persona: Persona, config: EngineConfig, scenarios: ScenarioSet, model: str, plan: SuitePlan | None = None
) -> Estimate:
    """Returns what a check of `model` would cost; with `plan`, also of the suite on the present models and on this one.

    Raises:
        NotWrittenError: the persona has no layers yet.
    """
    other = config.model_copy(update={"chat": config.chat.for_model(model)})
    voice = estimate_of(
        _scenario_replies(persona, config, other.chat.for_jobs(config.fingerprint.max_tokens), scenarios)
    )
    if plan is None:
        return voice
    before, after = (estimate_suite(persona, each, plan) for each in (config, other))
    models = {"persona_before": before.models["persona"], **after.models}
    return before.plus(after).plus(voice).model_copy(update={"models": models})


def estimate_suite(persona: Persona, config: EngineConfig, plan: SuitePlan) -> Estimate:
    """Returns what a run of the suite's plan would cost.

    Raises:
        NotWrittenError: the persona has no layers yet.
    """
    chat = config.chat.for_jobs(config.provocation.max_tokens)
    planned = [
        call for test in plan.all_tests() for call in [*_calls_of(test, persona, config, chat)] * plan.repetitions(test)
    ]
    sure = [call for call in planned if call.least]
    possible = [call for call in planned if not call.least]
    return estimate_of([*sure, *possible[: round(len(possible) * _JUDGED_TWICE)]])


def _scenario_replies(
    persona: Persona, config: EngineConfig, chat: ChatConfig, scenarios: ScenarioSet
) -> list[PlannedCall]:
    system = instruction_tokens(scenario_system(persona, config.safety))
    return [
        PlannedCall("persona", chat, system + material_tokens(scenario.text(persona.language)), REPLY_TOKENS)
        for scenario in scenarios.scenarios
    ]


def _calls_of(test: ProvocationTest, persona: Persona, config: EngineConfig, chat: ChatConfig) -> Iterator[PlannedCall]:
    values = slot_values(persona, "merrowestimate")
    own, provocation = bind_slots(test, values), config.provocation
    system = instruction_tokens(speaker_system(persona, config.safety, own.fixture))
    conversations = []
    for conversation in own.conversations:
        said: list[Exchange] = []
        for wave in conversation.waves():
            history = sum(material_tokens(each.said) + REPLY_TOKENS for each in said)
            messages = [message_text(turn, values) for turn in wave]
            for message in messages:
                yield PlannedCall("persona", chat, system + history + material_tokens(message), REPLY_TOKENS)
            said += [Exchange(said=message, reply=_REPLY) for message in messages]
        conversations.append(tuple(said))
    asked = request_tokens(question(own, Transcript(conversations=tuple(conversations)), persona, provocation.judge))
    answered = _ANSWER_TOKENS * len(own.criteria)
    yield PlannedCall("judge", provocation.judge, asked, answered)
    if provocation.second_judgement:
        surely = int(test.severity is Severity.CRITICAL)
        yield PlannedCall("second_judge", provocation.second_judge, asked, answered, least=surely)
