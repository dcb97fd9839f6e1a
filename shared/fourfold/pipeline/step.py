"""What a step is: its task in words, the model of its answer, and how an answer enters the run state."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fourfold.constraints import Constraint, Link, Violation
from fourfold.llm.port import ContextBlock, ModelRequest, Repair
from fourfold.persona import Document
from fourfold.pipeline.state import RunState
from fourfold.pipeline.system_prompt import PREAMBLE
from fourfold.steps import StepName

Output = TypeVar("Output", bound=Document)


@dataclass(frozen=True)
class Applied:
    """The state with a step's answer in it, and what of the constraint chain that answer breaks."""

    state: RunState
    violations: list[Violation]


@dataclass(frozen=True)
class Step(Generic[Output]):
    """One step of the pipeline.

    `apply` puts an answer into the state and checks it; it is pure. `shows_findings` says whether a retry of the
    step reads the last audit's findings: the audit itself must not, or it would grade its own memory.
    """

    name: StepName
    output_type: type[Output]
    task: str
    apply: Callable[[RunState, Output], Applied]
    shows_findings: bool = True
    system: str = PREAMBLE

    def request(self, state: RunState, repair: Repair | None = None) -> ModelRequest:
        """The question this step asks its model about `state`."""
        config = state.config.pipeline.of(self.name)
        return ModelRequest(
            system=self.system,
            context=tuple(_context(state, with_findings=self.shows_findings)),
            task=self.task,
            output_type=self.output_type,
            max_tokens=config.max_tokens,
            timeout_s=config.timeout_s,
            temperature=config.temperature,
            effort=config.effort,
            repair=repair,
        )


def chained(state: RunState, source: StepName, constraints: Iterable[Constraint]) -> tuple[Link, ...]:
    """The state's constraint chain with the links `source` adds."""
    return (*state.constraints, *(Link(source=source, constraint=item) for item in constraints))


def _context(state: RunState, *, with_findings: bool) -> Iterable[ContextBlock]:
    """Stable first: each step's context begins with the whole context of the step before, then adds."""
    draft = state.draft
    # Composed, as models write: spans are found in the brief as it came, whatever its form.
    yield ContextBlock("brief", unicodedata.normalize("NFC", state.intent))
    layers = {
        "intent": draft.parse,
        "soul": draft.soul,
        "self": draft.self_,
        "mask": draft.mask,
        "surface": draft.surface,
    }
    for name, layer in layers.items():
        if layer is not None:
            yield ContextBlock(name, layer.model_dump(mode="json"))
    if state.constraints:
        yield ContextBlock("constraints", [link.model_dump(mode="json") for link in state.constraints])
    if state.violations:
        yield ContextBlock("violations", [broken.model_dump(mode="json") for broken in state.violations])
    if with_findings and state.findings:
        yield ContextBlock("findings", [finding.model_dump(mode="json") for finding in state.findings])
