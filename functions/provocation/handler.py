"""Lambda entry: runs the provocation suite against the personas its queue names."""

from __future__ import annotations

from fourfold.config.models import ModelConfig
from fourfold.config.settings import Settings
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve, resolve_chat
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunKind
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.plan import Selection, SuitePlan, planned
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.suite import SuiteJob, selection_of
from fourfold.provocation.workspace_tests import available
from functions.job_entry import job_handler
from functions.wiring import job_context, workspace_tests


def suite_work(run: Run, persona: Persona, settings: Settings, deadline: Deadline) -> SuiteJob:
    """The suite for one persona, as its workspace's settings and tests have it."""
    chat, config = settings.engine.chat, settings.engine.provocation

    def bench(judge: ModelConfig) -> JudgeConfig:
        return JudgeConfig([resolve(name) for name in judge.chain], judge, deadline)

    def plan(selection: Selection) -> SuitePlan:
        own = workspace_tests().all(run.workspace_id)
        tests = available(shipped_tests(), own, config.disabled_tests, settings.engine.safety)
        return planned(tests, selection, config)

    return SuiteJob(
        run=run,
        persona=persona,
        speaker=ChatSpeaker(
            persona, [resolve_chat(name) for name in chat.chain], chat, settings.engine.safety, deadline
        ),
        first=bench(config.judge),
        second=bench(config.second_judge),
        make_plan=plan,
    )


def whole(run: Run) -> bool:
    """Whether a run puts every test of the workspace."""
    return not selection_of(job_context().checkpoints_of(run)).narrow


handler = job_handler(RunKind.PROVOCATION, suite_work, whole)
