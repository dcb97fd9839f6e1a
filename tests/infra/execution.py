"""Executes the state machine's definition: Choice, Pass and Task states with their JSONata; Lambdas are a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jsonata import Jsonata

from fourfold.steps import StepName
from infra.constructs.pipeline_definition import pipeline_definition

State = dict[str, Any]
# (function's name, payload) -> payload of the answer
Invoke = Callable[[str, State], State]

DEFINITION = pipeline_definition(
    functions={name: name for name in (*(step.value for step in StepName), "store_persona", "fail_run")},
)


@dataclass
class Execution:
    """One execution: the states it passed, and what StorePersona was given."""

    invoke: Invoke
    path: list[str] = field(default_factory=list)
    stored: State | None = None
    _variables: State = field(default_factory=dict)

    def run(self, execution_input: State) -> Execution:
        """Runs to StorePersona."""
        name, data = DEFINITION["StartAt"], execution_input
        while name != "StorePersona":
            self.path.append(name)
            name, data = self._after(DEFINITION["States"][name], data)
        self.stored = data
        return self

    def _after(self, state: State, data: State) -> tuple[str, State]:
        match state["Type"]:
            case "Choice":
                taken = (rule["Next"] for rule in state["Choices"] if self._value(rule["Condition"], input=data))
                return next(taken, state["Default"]), data
            case "Task" if "FunctionName" in state["Arguments"]:
                called = state["Arguments"]
                answer = self.invoke(called["FunctionName"], self._value(called["Payload"], input=data))
                states = {"input": data, "result": {"Payload": answer}}
            case _:
                states = {"input": data, "result": {}}
        output = self._value(state.get("Output", data), **states)
        # Step Functions evaluates all assignments with the variables as they were before the state.
        self._variables |= {name: self._value(text, **states) for name, text in state.get("Assign", {}).items()}
        return state["Next"], output

    def _value(self, template: object, **states: object) -> Any:
        match template:
            case str() if template.startswith("{%"):
                return _compiled(template).evaluate(None, {**self._variables, "states": states})
            case Mapping():
                return {name: self._value(part, **states) for name, part in template.items()}
            case _:
                return template


@cache
def _compiled(template: str) -> Any:
    return Jsonata.jsonata(template.removeprefix("{%").removesuffix("%}").strip())
