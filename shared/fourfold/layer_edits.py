"""Edits of single fields of a persona's layers, and the constraints that they break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Strict, create_model

from fourfold.constraints import Link, Violation, check_mask, check_self, check_surface
from fourfold.errors import InputError
from fourfold.layers import Layers, changed_paths
from fourfold.persona import BigFive, Document, Mask, SelfLayer, Soul, Surface

_NUMBERS = (int, float)


class ConstraintsBrokenError(InputError):
    """The edit breaks constraints, and its author did not accept that. Nothing is stored."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__(", ".join(violation.field for violation in violations))
        self.violations = violations


def _partial(layer: type[Document], **nested: type[BaseModel]) -> type[BaseModel]:
    """Returns a model with the layer's fields, each of which may be absent but not null. Numbers are not coerced."""
    fields: dict[str, Any] = {}
    for name, info in layer.model_fields.items():
        kind: Any = nested.get(name, info.annotation)
        marks = [*info.metadata, *([Strict()] if kind in _NUMBERS else [])]
        # A factory, since a default would be in the JSON Schema; an absent field is not read.
        absent = Field(default_factory=lambda: None, alias=info.alias, json_schema_extra=info.json_schema_extra)
        fields[name] = Annotated[kind, *marks, absent]
    return create_model(
        f"{layer.__name__.removesuffix('Layer')}Edit",
        __config__=ConfigDict(extra="forbid", frozen=True, populate_by_name=False, serialize_by_alias=True),
        __doc__=f"The fields of {layer.__name__.removesuffix('Layer')} to change; omitted fields keep their values.",
        **fields,
    )


if TYPE_CHECKING:
    SoulEdit: TypeAlias = BaseModel
    SelfEdit: TypeAlias = BaseModel
    MaskEdit: TypeAlias = BaseModel
    SurfaceEdit: TypeAlias = BaseModel
else:
    SoulEdit = _partial(Soul)
    SelfEdit = _partial(SelfLayer, big_five=_partial(BigFive))
    MaskEdit = _partial(Mask)
    SurfaceEdit = _partial(Surface)


def _absent() -> Any:  # noqa: ANN401 - a field that may be absent and is not null
    return Field(default_factory=lambda: None)


class LayerEdits(BaseModel):
    """The fields to change, by layer; omitted fields keep their values. A list replaces the whole list."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, serialize_by_alias=True)

    soul: SoulEdit = _absent()
    self_: Annotated[SelfEdit, Field(alias="self")] = _absent()
    mask: MaskEdit = _absent()
    surface: SurfaceEdit = _absent()

    def values(self) -> dict[str, Any]:
        """Returns the edits as nested JSON, without absent fields."""
        return self.model_dump(mode="json", exclude_unset=True)

    def paths(self) -> tuple[str, ...]:
        """Returns the paths of the fields to change, such as `surface.name`."""
        return tuple(_leaves("", self.values()))

    def applied_to(self, layers: Layers) -> Layers:
        """Returns the layers with the edits."""
        return Layers.model_validate(_merged(layers.model_dump(mode="json"), self.values()))


def layer_violations(layers: Layers, chain: Sequence[Link], language: str | None) -> list[Violation]:
    """Returns what the layers break of the constraint chain. `language` is BCP 47; None: English."""
    return [
        *check_self(layers.self_, chain),
        *check_mask(layers.mask, chain, language),
        *check_surface(layers.surface, chain),
    ]


def violations_of_edit(
    before: Layers, after: Layers, edited: Iterable[str], chain: Sequence[Link], language: str | None
) -> tuple[Violation, ...]:
    """Returns the violations that the edit is responsible for: in edited fields, or not there before."""
    known = layer_violations(before, chain, language)
    fields = frozenset(edited)
    return tuple(
        found for found in layer_violations(after, chain, language) if found.field in fields or found not in known
    )


def edited_layers(
    before: Layers, edits: LayerEdits | None, chain: Sequence[Link], language: str | None, *, accept: bool
) -> tuple[Layers, tuple[Violation, ...]]:
    """Returns the layers with the edits, and the violations that were accepted.

    Raises:
        ConstraintsBrokenError: the edits break constraints of the chain, and that is not accepted.
    """
    if edits is None:
        return before, ()
    after = edits.applied_to(before)
    violations = violations_of_edit(before, after, changed_paths(before, after), chain, language)
    if violations and not accept:
        raise ConstraintsBrokenError(violations)
    return after, violations


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **base,
        **{name: _merged(base[name], value) if isinstance(value, dict) else value for name, value in changes.items()},
    }


def _leaves(path: str, node: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if not isinstance(node, dict):
        yield path
        return
    for name, child in node.items():
        yield from _leaves(f"{path}.{name}" if path else name, child)
