"""Reading a file back into a persona: our own JSON, a persona as the API answers it, or a card that carries one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from fourfold.cards.character_card import NAMESPACE, V2, V3, Card, carried_by
from fourfold.cards.portable import SPEC, PortablePersona, Source
from fourfold.errors import InputError
from fourfold.json_values import has_more_values_than
from fourfold.persona import Persona

_MAX_VALUES: Final = 5_000
_SPECS: Final[dict[str, Source]] = {V2: "card_v2", V3: "card_v3"}


class UnknownFileError(InputError):
    """The file is none of those we read; the text says what is."""


class ForeignCardError(InputError):
    """A character card without a persona of ours in it: it has no layers to take over."""


class BadPersonaError(InputError):
    """The persona in the file is not valid. `faults` are pydantic's, with their place in the file."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        super().__init__("the persona in the file is not valid")
        self.faults = faults


class TooManyValuesError(InputError):
    """What stands for a persona at `pointer` holds over `limit` values; one of ours has some three hundred."""

    def __init__(self, pointer: str, limit: int) -> None:
        super().__init__(f"{pointer} holds over {limit} values")
        self.pointer = pointer
        self.limit = limit


@dataclass(frozen=True)
class Imported:
    """A persona of the workspace, not yet stored, and what its card carried beside it."""

    persona: Persona
    carried: Card


def read(content: Any, workspace_id: str, now: datetime) -> Imported:  # noqa: ANN401 - JSON, whatever it is
    """The persona in a JSON document.

    Raises:
        UnknownFileError, ForeignCardError, TooManyValuesError, BadPersonaError: it cannot be taken in.
    """
    if not isinstance(content, dict):
        raise UnknownFileError("The file must be a JSON object.")
    spec = content.get("spec")
    if spec in _SPECS:
        return _from_card(content, _SPECS[spec], workspace_id, now)
    if spec == SPEC:
        return Imported(_parse_persona(content.get("data"), ("data",), workspace_id, "json", now), {})
    if spec is None and {"soul", "self", "mask", "surface"} <= content.keys():
        return Imported(_parse_persona(content, (), workspace_id, "json", now), {})
    raise UnknownFileError(f"Send an export of fourfold ({SPEC}), a persona as the API answers it, {V2} or {V3}.")


def _from_card(card: Card, source: Source, workspace_id: str, now: datetime) -> Imported:
    data = card.get("data")
    extensions = data.get("extensions") if isinstance(data, dict) else None
    ours = extensions.get(NAMESPACE) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict):
        raise ForeignCardError
    path = ("data", "extensions", NAMESPACE, "persona")
    persona = _parse_persona(ours.get("persona"), path, workspace_id, source, now)
    # Compared with what was written of the persona where the card was made, under its id and dates of then.
    original = PortablePersona.model_validate(ours["persona"])
    exported = persona.model_copy(update={"id": original.id, "version": original.version})
    return Imported(persona, carried_by(card, exported))


def _parse_persona(
    content: Any,  # noqa: ANN401 - JSON, whatever it is
    path: tuple[str, ...],
    workspace_id: str,
    source: Source,
    now: datetime,
) -> Persona:
    if has_more_values_than(_MAX_VALUES, content):  # a validator reports a fault for each wrong one
        raise TooManyValuesError("".join(f"/{part}" for part in path), _MAX_VALUES)
    try:
        return PortablePersona.model_validate(content).to_persona(workspace_id, source, now)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise BadPersonaError([{**fault, "loc": (*path, *fault["loc"])} for fault in found]) from None
