"""The definition of a step: its prompt, its output model, and the function that applies an answer to the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fourfold.config.variant import TaskName
from fourfold.constraints import Constraint, Link, Violation
from fourfold.llm.port import ContextBlock, ModelRequest, Repair
from fourfold.llm.prompt_version import prompt_version
from fourfold.persona import Document
from fourfold.pipeline.chain_lines import chain_lines
from fourfold.pipeline.rewrite import LAYER_OF_STEP
from fourfold.pipeline.state import RunState
from fourfold.pipeline.system_prompt import PREAMBLE
from fourfold.steps import StepName
from fourfold.text_rules import normalized

Output = TypeVar("Output", bound=Document)


@dataclass(frozen=True)
class AppliedAnswer:
    """The state with a step's answer, and the constraints that the answer violates."""

    state: RunState
    violations: list[Violation]


@dataclass(frozen=True)
class Step(Generic[Output]):
    """One step of the pipeline.

    `apply` is pure: it adds an answer to the state and checks it. `texts` are the blocks of a call that is not shown
    the draft. `text_name` is the text of a variant that replaces `task`; None if none does. `shows_findings` is whether
    a retry's prompt includes the last audit's findings; the audit itself must not see them, so that it scores each
    attempt independently.
    """

    name: StepName
    output_type: type[Output]
    task: str
    apply: Callable[[RunState, Output], AppliedAnswer]
    shows_findings: bool = True
    system: str = PREAMBLE
    texts: Callable[[RunState], Iterable[ContextBlock]] | None = None
    text_name: TaskName | None = None

    def version(self) -> str:
        """Returns the content hash of all of the prompt that does not depend on the run."""
        return prompt_version("pro", self.system, self.task, self.output_type)

    def request(self, state: RunState, repair: Repair | None = None) -> ModelRequest:
        """Returns the model request of this step for `state`; with `repair`, the repair request."""
        config = state.config.pipeline.of(self.name)
        return ModelRequest(
            system=self.system,
            context=tuple(self._blocks(state) if self.texts is None else self.texts(state)),
            task="".join((self.task_in(state), *_further_task(self.name, state))),
            output_type=self.output_type,
            max_tokens=config.max_tokens,
            timeout_s=config.timeout_s,
            temperature=config.temperature,
            effort=config.effort,
            repair=repair,
        )

    def task_in(self, state: RunState) -> str:
        """Returns the task of this step in a run: that of the run's variant, or the shipped one."""
        return state.config.pipeline.variant.text(self.text_name, self.task)

    def _blocks(self, state: RunState) -> Iterable[ContextBlock]:
        yield from _context(state, with_findings=self.shows_findings, varied=self.name is not StepName.INTENT_PARSE)
        yield from _rewrite_blocks(self.name, state)
        if state.avoid_names:
            yield ContextBlock("taken_names", [name for name in state.avoid_names if len(name) <= _LONGEST_TAKEN_NAME])


def extended_chain(state: RunState, source: StepName, constraints: Iterable[Constraint]) -> tuple[Link, ...]:
    """Returns the state's constraint chain with the constraints of the step `source` appended."""
    return (*state.constraints, *(Link(source=source, constraint=item) for item in constraints))


def _rewrite_blocks(step: StepName, state: RunState) -> Iterable[ContextBlock]:
    """Yields the kept fields of the step's layer, the language to write it in, and the move with the layer before."""
    layer = LAYER_OF_STEP.get(step)
    if layer is None or state.rewrite is None:
        return
    if fields := state.rewrite.fields_of(layer):
        yield ContextBlock("decided", fields)
    if layer == "mask" and state.rewrite.language is not None:
        yield ContextBlock("rewrite", {"language": state.rewrite.language})
    if (refine := state.rewrite.refine) is not None and refine.layer == layer:
        yield ContextBlock("before", state.rewrite.before)
        yield ContextBlock("refine", {"axis": refine.axis, "amount": refine.amount})


_REFINE = """
Rewrite, do not invent. The before piece is this layer as it was; keep its facts, its people and its shape. Move its
tone along the axis of the refine piece by its amount: warmth (cold -1, warm 1), gravity (light -1, grave 1), intensity
(calm -1, fierce 1), irony (plain -1, ironic 1). 0.3 is a shade, 0.6 is plain to hear, 1 is as far as the person can go.
"""


_LANGUAGE = """
The asked piece holds the language (BCP 47) that the person speaks, wherever they live and whatever language the brief
is in. What the person says (phrases, vocabulary) is in it.
"""


# A run that begins with the voice does so because the last one was rejected, if it has findings.
_FINDINGS = """
The findings piece says what is wrong with the voice as it was, and quotes it. Mend that at its root; do not polish.
"""


# Of the steps that get the number, those that are to act on it.
_WRITING = frozenset({*LAYER_OF_STEP, StepName.SINGLE_CALL})
_VARIATION = """
The variation piece holds a number. The same brief with another number is another person: where the brief leaves
something open, let the number lead you away from your first idea. What the brief states stays. Never mention it.
"""


# Longer names are compared, but take no room in a prompt.
_LONGEST_TAKEN_NAME = 60
_TAKEN_NAMES = """
The taken_names piece holds names of other people. Unless the brief states the name, give this person another one:
neither the same name nor, where you can choose, the same given name.
"""


def _further_task(step: StepName, state: RunState) -> Iterable[str]:
    """Yields what the caller's choices and a rewrite add to the task of a step."""
    if state.asked_language is not None:
        yield _LANGUAGE
    if state.seed is not None and step in _WRITING:
        yield _VARIATION
    if state.avoid_names:
        yield _TAKEN_NAMES
    if step is state.start_at is StepName.MASK_BUILD and state.findings:
        yield _FINDINGS
    layer = LAYER_OF_STEP.get(step)
    if layer is None or state.rewrite is None:
        return
    if state.rewrite.fields_of(layer):
        yield "\nThe decided piece holds fields of your layer that stay as they are: copy them, fit the rest.\n"
    if layer == "mask" and state.rewrite.language is not None:
        yield "\nThe person now speaks the language in the rewrite piece (BCP 47): write phrases and words in it.\n"
    if state.rewrite.refine is not None and state.rewrite.refine.layer == layer:
        yield _REFINE


def _context(state: RunState, *, with_findings: bool, varied: bool) -> Iterable[ContextBlock]:
    """Yields the context blocks, those of earlier steps first, so that steps share a prefix (prompt cache)."""
    draft = state.draft
    # Composed, as models write: spans are found in the brief as it came, whatever its form.
    yield ContextBlock("brief", normalized("NFC", state.intent))
    if state.asked_language is not None:
        yield ContextBlock("asked", {"language": state.asked_language})
    if varied and state.seed is not None:
        yield ContextBlock("variation", {"number": state.seed})
    layers = {
        "intent": draft.parse,
        "soul": draft.soul,
        "self": draft.self_,
        "mask": draft.mask,
        "surface": draft.surface,
    }
    for name, layer in layers.items():
        if layer is not None:
            # What the parse leaves open says nothing; of a layer every field is written.
            yield ContextBlock(name, layer.model_dump(mode="json", exclude_defaults=name == "intent"))
    if state.constraints:
        links = [link.model_dump(mode="json") for link in state.constraints]
        yield ContextBlock("constraints", links, chain_lines(state.constraints))
    if state.violations:
        yield ContextBlock("violations", [violation.model_dump(mode="json") for violation in state.violations])
    if with_findings and state.findings:
        yield ContextBlock("findings", [finding.model_dump(mode="json") for finding in state.findings])
