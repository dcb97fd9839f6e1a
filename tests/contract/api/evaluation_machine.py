"""Executes an evaluation's state machine in one thread: the functions' handlers, and a pipeline that a test gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fourfold.pipeline.complete_run import complete_run
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunOverError
from functions import wiring
from functions.evaluation_conclude.handler import handler as conclude
from functions.evaluation_judge.handler import handler as judge
from functions.evaluation_start.handler import handler as start
from tests.invocation import Invocation

Steps = Callable[[RunState], RunState]


@dataclass
class EvaluationMachine:
    """Stands for Step Functions: remembers what it was asked to start, and executes it when the test says so."""

    steps: Steps
    started: list[dict[str, Any]] = field(default_factory=list)

    def start(self, name: str, execution_input: str, machine: str) -> None:
        assert machine == "FOURFOLD_EVALUATION_MACHINE_ARN"
        self.started.append({"name": name, **json.loads(execution_input)})

    def execute(self, pairs: int | None = None) -> None:
        """Executes the newest evaluation: its first `pairs` pairs, or all of them and the end."""
        given = self.started[-1]
        cell = {"workspace_id": given["workspace_id"], "evaluation_id": given["evaluation_id"]}
        for brief in range(given["briefs"] if pairs is None else pairs):
            for side in ("a", "b") if brief % 2 == 0 else ("b", "a"):
                begun = start({**cell, "brief": brief, "side": side, "slots": given["slots"]}, None)
                if begun["started"]:
                    self._run(RunState.model_validate(begun["input"]["state"]))
            judge({**cell, "brief": brief}, Invocation())
        if pairs is None:
            conclude(cell, None)

    def _run(self, state: RunState) -> None:
        with suppress(RunOverError):  # of a deleted persona: the execution fails, and the evaluation's takes no notice
            complete_run(self.steps(state), "active", wiring.run_context())
