"""The four layers of a persona as one value, and what a change of them leaves out of date."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from fourfold.persona import Document, Mask, NotWrittenError, Persona, SelfLayer, Soul, Surface

LayerName = Literal["soul", "self", "mask", "surface"]
# Inner layers first.
LAYER_NAMES: Final[tuple[LayerName, ...]] = ("soul", "self", "mask", "surface")


class Layers(Document):
    """The four layers of a persona."""

    soul: Soul
    self_: SelfLayer = Field(alias="self")
    mask: Mask
    surface: Surface

    def layer(self, name: LayerName) -> Document:
        """Returns one layer."""
        found: Document = getattr(self, attribute_of(name))
        return found

    def fields(self) -> dict[str, Any]:
        """Returns the JSON value of each field by its path, such as `surface.name` or `self.big_five.openness`."""
        return dict(_leaves("", self.model_dump(mode="json")))


def attribute_of(name: LayerName) -> str:
    """Returns the attribute that holds a layer: `self` is taken in Python."""
    return "self_" if name == "self" else name


@cache
def layer_paths() -> frozenset[str]:
    """Returns the paths of all fields of the layers, such as `surface.name`, `self.big_five` and the traits in it."""
    models = {name: Layers.model_fields[attribute_of(name)].annotation for name in LAYER_NAMES}
    return frozenset(path for name, model in models.items() for path in _paths(name, model) if path != name)


def _paths(path: str, model: Any) -> Iterator[str]:  # noqa: ANN401 - an annotation
    yield path
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, info in model.model_fields.items():
            yield from _paths(f"{path}.{info.alias or name}", info.annotation)


def layers_of(persona: Persona) -> Layers:
    """Returns the persona's layers.

    Raises:
        NotWrittenError: it has no layers yet.
    """
    soul, self_, mask, surface = persona.soul, persona.self_, persona.mask, persona.surface
    if soul is None or self_ is None or mask is None or surface is None:
        raise NotWrittenError
    return Layers(soul=soul, self_=self_, mask=mask, surface=surface)


def changed_paths(before: Layers, after: Layers) -> tuple[str, ...]:
    """Returns the paths of the fields whose values differ, in document order."""
    old = before.fields()
    return tuple(path for path, value in after.fields().items() if old[path] != value)


def with_layers(persona: Persona, layers: Layers) -> Persona:
    """Returns the persona with these layers. If they differ, fingerprint and test suite are marked as stale."""
    after = persona.model_copy(
        update={"soul": layers.soul, "self_": layers.self_, "mask": layers.mask, "surface": layers.surface}
    )
    return after if same_layers(persona, after) else with_stale_results(after)


def same_layers(one: Persona, other: Persona) -> bool:
    """Whether both personas have equal layers."""
    return (one.soul, one.self_, one.mask, one.surface) == (other.soul, other.self_, other.mask, other.surface)


def with_stale_results(persona: Persona) -> Persona:
    """Returns the persona whose fingerprint and test suite say that they belong to earlier layers."""
    results = {"fingerprint": persona.fingerprint, "test_suite": persona.test_suite}
    stale = {name: result.model_copy(update={"stale": True}) for name, result in results.items() if result is not None}
    return persona.model_copy(update=stale)


def with_stale_audit(persona: Persona) -> Persona:
    """Returns the persona whose audit, if it has one, says that it belongs to earlier layers."""
    if persona.audit is None:
        return persona
    return persona.model_copy(update={"audit": persona.audit.model_copy(update={"stale": True})})


def _leaves(path: str, node: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Yields path and value of each field; lists are values."""
    if not isinstance(node, dict):
        yield path, node
        return
    for name, child in node.items():
        yield from _leaves(f"{path}.{name}" if path else name, child)
