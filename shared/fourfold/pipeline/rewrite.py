"""What a run keeps of the layers it starts from: whole layers and single fields, wherever they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue

from fourfold.constraints import Violation
from fourfold.errors import InputError
from fourfold.layer_edits import LayerEdits
from fourfold.layers import LAYER_NAMES, LayerName, Layers, layer_paths
from fourfold.persona import AxisName, Document
from fourfold.problem import FieldError
from fourfold.steps import STEP_ORDER, StepName, position

STEP_OF_LAYER: Final[Mapping[LayerName, StepName]] = {
    "soul": StepName.SOUL_DRAFT,
    "self": StepName.SELF_ENRICH,
    "mask": StepName.MASK_BUILD,
    "surface": StepName.SURFACE_GROUND,
}
LAYER_OF_STEP: Final[Mapping[StepName, LayerName]] = {step: layer for layer, step in STEP_OF_LAYER.items()}


class BadRewriteError(InputError):
    """The parts of the request contradict each other; `faults` names them by JSON pointer. Nothing is stored."""

    def __init__(self, *faults: FieldError) -> None:
        super().__init__(", ".join(fault.pointer for fault in faults))
        self.faults = faults


# The axes on which the texts of a layer can be moved. Self and Surface are measures and facts.
AXES_OF_LAYER: Final[Mapping[LayerName, tuple[AxisName, ...]]] = {
    "soul": ("warmth", "gravity", "intensity"),
    "mask": ("warmth", "gravity", "intensity", "irony"),
}


class Refinement(Document):
    """A move of a layer along a tonal axis by `amount` (-1 to 1; negative: towards the axis's lower end)."""

    layer: Literal["soul", "mask"]
    axis: AxisName
    amount: Annotated[float, Field(ge=-1.0, le=1.0)]


class Rewrite(Document):
    """What a run keeps of its layers. Part of the run's state.

    `layers` are kept whole by steps from the run's first one on; `fields` are single kept fields of the other layers,
    as path and value. `language` (BCP 47) is the one to rewrite the mask in, if it changes. The layers that the run
    starts from are stored with it (`RunBase`). `refine` is the move of a layer along an axis, `before` that layer as it
    was.
    """

    layers: tuple[LayerName, ...] = ()
    fields: dict[str, JsonValue] = Field(default_factory=dict)
    language: str | None = None
    refine: Refinement | None = None
    before: dict[str, JsonValue] = Field(default_factory=dict)

    def keeps(self, step: StepName) -> bool:
        """Whether the step's layer is kept whole, so that the step writes nothing."""
        return LAYER_OF_STEP.get(step) in self.layers

    def fields_of(self, layer: LayerName) -> dict[str, JsonValue]:
        """Returns the kept fields of a layer, by their paths."""
        return {path: value for path, value in self.fields.items() if path.startswith(f"{layer}.")}


class RunBase(Document):
    """The layers that a rewriting run starts from, with the edits of its request; of a fork, those of its parent.

    `violations` are the constraints that the edits break and that their author accepted.
    """

    layers: Layers
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True)
class RewriteRequest:
    """What a caller asks of a run: the first step, what to keep, what to edit before.

    `accept_violations` lets edits break constraints.
    """

    first: StepName
    keep: tuple[str, ...] = ()
    edits: LayerEdits | None = None
    language: str | None = None
    refine: Refinement | None = None
    accept_violations: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it only names the first step."""
        return not self.keep and self.edits is None and self.language is None and self.refine is None


@dataclass(frozen=True)
class RewritePlan:
    """The first step that writes, the layers kept whole from there on, and the paths of single kept fields."""

    first: StepName
    layers: tuple[LayerName, ...]
    paths: frozenset[str]

    @property
    def steps(self) -> tuple[StepName, ...]:
        """The steps that call a model, in order."""
        kept = {STEP_OF_LAYER[layer] for layer in self.layers}
        return tuple(step for step in STEP_ORDER if position(step) >= position(self.first) and step not in kept)

    def rewrite_of(self, layers: Layers, request: RewriteRequest) -> Rewrite:
        """Returns what is kept of these layers, and what of them is moved."""
        kept = {path: value for path, value in layers.fields().items() if _is_within(path, self.paths)}
        refine = request.refine
        before = {} if refine is None else layers.layer(refine.layer).model_dump(mode="json")
        return Rewrite(layers=self.layers, fields=kept, language=request.language, refine=refine, before=before)


def plan_of(request: RewriteRequest) -> RewritePlan:
    """Returns the plan of a request.

    Edited fields of a layer that the run would write are kept as edited.

    Raises:
        BadRewriteError: a kept path does not exist, an edit changes what is to be kept, or nothing is left to write.
    """
    edited = frozenset(request.edits.paths()) if request.edits is not None else frozenset()
    faults = [*_unknown(request.keep), *_contradictions(request.keep, edited)]
    if faults:
        raise BadRewriteError(*faults)
    later = [layer for layer in LAYER_NAMES if position(STEP_OF_LAYER[layer]) >= position(request.first)]
    paths = {*request.keep, *edited}
    whole = tuple(layer for layer in later if layer in paths or _all_fields(layer) <= _covered(layer, paths))
    if later and len(whole) == len(later):
        detail = "Nothing is left to write. Keep less, begin earlier, or send POST .../audit to score the layers."
        raise BadRewriteError(FieldError(pointer="/keep", code="nothing_to_write", detail=detail))
    first = request.first
    if first is not StepName.INTENT_PARSE and later:
        first = STEP_OF_LAYER[next(layer for layer in later if layer not in whole)]
    single = frozenset(
        path for path in paths if path.partition(".")[0] in later and path.partition(".")[0] not in whole
    )
    kept = tuple(layer for layer in whole if position(STEP_OF_LAYER[layer]) >= position(first))
    if request.refine is not None and (request.refine.layer not in later or request.refine.layer in whole):
        detail = (
            f"The {request.refine.layer} must be written to be refined: begin at its step or before, do not keep it."
        )
        raise BadRewriteError(FieldError(pointer="/refine/layer", code="not_written", detail=detail))
    return RewritePlan(first, kept, single)


def with_kept_fields(layer: Document, name: LayerName, rewrite: Rewrite | None) -> Document:
    """Returns the layer in which the kept fields have their values."""
    fields = {} if rewrite is None else rewrite.fields_of(name)
    if not fields:
        return layer
    content: dict[str, Any] = layer.model_dump(mode="json")
    for path, value in fields.items():
        *parents, last = path.split(".")[1:]
        node = content
        for parent in parents:
            node = node[parent]
        node[last] = value
    return type(layer).model_validate(content)


def is_kept(field: str, rewrite: Rewrite | None) -> bool:
    """Whether a run may not change this field, so that a model cannot repair a violation in it."""
    if rewrite is None:
        return False
    return field.partition(".")[0] in rewrite.layers or field in rewrite.fields


def _unknown(keep: Sequence[str]) -> Iterable[FieldError]:
    known = layer_paths() | set(LAYER_NAMES)
    for place, path in enumerate(keep):
        if path not in known:
            detail = "Name a layer (soul, self, mask, surface) or one of its fields, such as surface.name."
            yield FieldError(pointer=f"/keep/{place}", code="unknown_field", detail=detail)


def _contradictions(keep: Sequence[str], edited: frozenset[str]) -> Iterable[FieldError]:
    for place, path in enumerate(keep):
        changed = sorted(field for field in edited if _is_within(field, {path}) or path.startswith(f"{field}."))
        if changed:
            detail = f"The edits change {changed[0]}. Leave it out of keep: an edited field stays as it is edited."
            yield FieldError(pointer=f"/keep/{place}", code="contradicts_edits", detail=detail)


def _is_within(path: str, paths: Iterable[str]) -> bool:
    """Whether one of `paths` is the path or contains it."""
    return any(path == other or path.startswith(f"{other}.") for other in paths)


def _all_fields(layer: LayerName) -> frozenset[str]:
    """The fields of a layer that hold values: those that contain no other fields."""
    paths = [path for path in layer_paths() if path.startswith(f"{layer}.")]
    return frozenset(path for path in paths if not any(other.startswith(f"{path}.") for other in paths))


def _covered(layer: LayerName, paths: Iterable[str]) -> frozenset[str]:
    return frozenset(field for field in _all_fields(layer) if _is_within(field, paths))
