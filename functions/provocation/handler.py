"""Lambda entry: runs the provocation suite against the personas its queue names."""

from __future__ import annotations

from fourfold.config.models import ModelConfig
from fourfold.config.settings import Settings
from fourfold.model_chain import Pace
from fourfold.models import resolve, resolve_chat
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunKind
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.judge import Bench
from fourfold.provocation.plan import Plan, Selection, planned
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.suite import SuiteWork, selection_of
from fourfold.provocation.workspace_tests import available
from functions.job_entry import job_handler
from functions.wiring import suites, workplace


def suite_work(run: Run, persona: Persona, settings: Settings, pace: Pace) -> SuiteWork:
    """The suite for one persona, as its workspace's settings and tests have it."""
    chat, config = settings.engine.chat, settings.engine.provocation

    def bench(judge: ModelConfig) -> Bench:
        return Bench([resolve(name) for name in judge.chain], judge, pace)

    def plan(selection: Selection) -> Plan:
        own = suites().tests(run.workspace_id)
        tests = available(shipped_tests(), own, config.disabled_tests, settings.engine.safety)
        return planned(tests, selection, config)

    return SuiteWork(
        run=run,
        persona=persona,
        speaker=ChatSpeaker(persona, [resolve_chat(name) for name in chat.chain], chat, settings.engine.safety, pace),
        first=bench(config.judge),
        second=bench(config.second_judge),
        checkpoints=workplace().checkpoints_of(run),
        make_plan=plan,
        archive=suites(),
    )


def whole(run: Run) -> bool:
    """Whether a run puts every test of the workspace."""
    return not selection_of(workplace().checkpoints_of(run)).narrow


handler = job_handler(RunKind.PROVOCATION, suite_work, whole)
