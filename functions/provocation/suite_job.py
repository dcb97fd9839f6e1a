"""Builds the job of a provocation suite from the settings and the tests of a workspace."""

from __future__ import annotations

from fourfold.config.models import ModelConfig
from fourfold.config.settings import Settings
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve, resolve_chat
from fourfold.persona import Persona
from fourfold.progress.run import Run
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.suite import SuiteJob
from fourfold.provocation.workspace_tests import available
from functions.wiring import workspace_tests


def suite_job(run: Run, persona: Persona, settings: Settings, deadline: Deadline) -> SuiteJob:
    """Builds the suite job of one persona from the workspace's settings and tests."""
    config = settings.engine.provocation
    chat = settings.engine.chat.for_jobs(config.max_tokens)

    def judge_config(judge: ModelConfig, settings: str) -> JudgeConfig:
        return JudgeConfig([resolve(name) for name in judge.chain], judge, deadline, settings)

    return SuiteJob(
        run=run,
        persona=persona,
        speaker=ChatSpeaker(
            persona, [resolve_chat(name) for name in chat.chain], chat, settings.engine.safety, deadline
        ),
        first=judge_config(config.judge, "engine.provocation.judge"),
        second=judge_config(config.second_judge, "engine.provocation.second_judge"),
        make_plan=lambda selection: suite_plan(run, selection, settings),
    )


def suite_plan(run: Run, selection: Selection, settings: Settings) -> SuitePlan:
    """Returns the tests of the workspace that a selection includes, as the settings have them run."""
    config = settings.engine.provocation
    own = workspace_tests().all(run.workspace_id)
    return make_plan(available(shipped_tests(), own, config.disabled_tests, settings.engine.safety), selection, config)
