"""Reads a persona from a file: a JSON export, a persona in the API's form, or a card that contains one."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from fourfold.cards.character_card import NAMESPACE, V2, V3, Card, carried_by
from fourfold.cards.portable import SPEC, PortablePersona, SourceFormat
from fourfold.errors import InputError
from fourfold.json_values import has_more_values_than
from fourfold.persona import Persona
from fourfold.text_rules import TextFault, cleaned_values, text_faults

_MAX_VALUES: Final = 5_000
# Fields of later versions that an import leaves out; more are an error.
_MAX_UNKNOWN: Final = 50
_SPECS: Final[dict[str, SourceFormat]] = {V2: "card_v2", V3: "card_v3"}


class UnknownFileError(InputError):
    """The file format is unknown; the message lists the known ones."""


class ForeignCardError(InputError):
    """The character card was not exported by fourfold, so it has no layers."""


class BadPersonaError(InputError):
    """The persona in the file is not valid. `faults` are pydantic's errors, with their location in the file."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        super().__init__("the persona in the file is not valid")
        self.faults = faults


class UnacceptableTextError(InputError):
    """Texts of the persona break the rule for text. `faults` have their location in the file."""

    def __init__(self, faults: list[TextFault]) -> None:
        super().__init__("the persona in the file has unacceptable text")
        self.faults = faults


class TooManyValuesError(InputError):
    """The persona at `pointer` has more than `limit` values; a persona has about 300."""

    def __init__(self, pointer: str, limit: int) -> None:
        super().__init__(f"{pointer} has more than {limit} values")
        self.pointer = pointer
        self.limit = limit


@dataclass(frozen=True)
class Imported:
    """A persona of the workspace, not yet stored, and the fields of other tools in its card."""

    persona: Persona
    carried: Card


def read(content: Any, workspace_id: str, now: datetime) -> Imported:  # noqa: ANN401 - any JSON
    """Reads the persona in a JSON document as a new persona of the workspace.

    Raises:
        UnknownFileError, ForeignCardError, TooManyValuesError, UnacceptableTextError, BadPersonaError: the document
            cannot be imported.
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
    raise UnknownFileError(f"Send an export of fourfold ({SPEC}), a persona as the API returns it, {V2} or {V3}.")


def _from_card(card: Card, source: SourceFormat, workspace_id: str, now: datetime) -> Imported:
    data = card.get("data")
    extensions = data.get("extensions") if isinstance(data, dict) else None
    ours = extensions.get(NAMESPACE) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict):
        raise ForeignCardError
    path = ("data", "extensions", NAMESPACE, "persona")
    persona = _parse_persona(ours.get("persona"), path, workspace_id, source, now)
    # A field is foreign if the export would have written another value. The export used the persona's original id.
    origin = persona.imported_from
    original = {} if origin is None else {"id": origin.persona_id, "version": origin.version}
    exported = persona.model_copy(update=original)
    return Imported(persona, cleaned_values(carried_by(card, exported)))


def _parse_persona(
    content: Any,  # noqa: ANN401 - any JSON
    path: tuple[str, ...],
    workspace_id: str,
    source: SourceFormat,
    now: datetime,
) -> Persona:
    if has_more_values_than(_MAX_VALUES, content):  # checked first: a validator reports an error for each invalid value
        raise TooManyValuesError("".join(f"/{part}" for part in path), _MAX_VALUES)
    if faults := text_faults(content):
        raise UnacceptableTextError([fault._replace(path=(*path, *fault.path)) for fault in faults])
    found = _faults(content)
    unknown = [fault["loc"] for fault in found if fault["type"] == "extra_forbidden"]
    if 0 < len(unknown) <= _MAX_UNKNOWN:
        content = _without(content, unknown)
        found = _faults(content)
    if found:
        raise BadPersonaError([{**fault, "loc": (*path, *fault["loc"])} for fault in found])
    return PortablePersona.model_validate(content).to_persona(
        workspace_id, source, now, tuple("".join(f"/{part}" for part in (*path, *place)) for place in unknown)
    )


def _faults(content: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """pydantic's errors, empty for a valid persona."""
    try:
        PortablePersona.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [{**fault} for fault in found]
    return []


def _without(content: Any, places: Iterable[tuple[int | str, ...]]) -> Any:  # noqa: ANN401 - any JSON
    """A copy without these fields, which a later version of fourfold may have added to a layer."""
    copied = deepcopy(content)
    for place in places:
        node = copied
        with suppress(LookupError, TypeError):
            for part in place[:-1]:
                node = node[part]
            del node[place[-1]]
    return copied
