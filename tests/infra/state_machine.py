"""The state machine's definition without a deployment, and its expressions evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonata import Jsonata

from fourfold.steps import StepName
from infra.constructs.pipeline_definition import pipeline_definition

State = dict[str, Any]

DEFINITION = pipeline_definition(
    functions={name: name for name in (*(step.value for step in StepName), "store_persona", "fail_run")},
)
STATES: dict[str, State] = DEFINITION["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def expressions(node: object) -> Iterator[str]:
    match node:
        case str() if node.startswith("{%"):
            yield node.removeprefix("{%").removesuffix("%}").strip()
        case dict():
            for value in node.values():
                yield from expressions(value)
        case list():
            for value in node:
                yield from expressions(value)


def evaluate(template: str, **states: object) -> Any:
    """What an expression of the definition yields, `$states` being `states`."""
    (source,) = expressions(template)
    return Jsonata.jsonata(source).evaluate(None, {"states": states})


def following(state: State) -> Iterator[str]:
    for part in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if "Next" in part:
            yield part["Next"]
    if "Default" in state:
        yield state["Default"]
