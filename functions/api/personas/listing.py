"""The list of personas: its filters as query parameters, and its pages."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import TypeAdapter, ValidationError

from fourfold.caller_metadata import MAX_ENTRIES, MAX_VALUE_CHARACTERS, MetadataName
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.problems import printable, rejected
from fourfold.ids import EvaluationId, is_persona_id
from fourfold.persona import PersonaStatus
from fourfold.personas.filters import PersonaFilter
from fourfold.problem import FieldError
from functions.api.iso_dates import IsoDatetime
from functions.api.personas.schemas import PersonaList
from functions.api.query_parameters import with_prefix
from functions.api.runs.polling import current_persona
from functions.wiring import persona_search

_METADATA = "metadata."
_NAME: TypeAdapter[str] = TypeAdapter(MetadataName)


def _metadata_filter(request: Request) -> dict[str, str]:
    """The values wanted of `metadata`, from parameters such as `metadata.ticket=A-17`.

    Raises:
        ProblemError: 422, a name or a value that no metadata can have, or a name given twice.
    """
    wanted: dict[str, str] = {}
    faults = []
    for parameter, value in request.query_params.multi_items():
        if not parameter.startswith(_METADATA):
            continue
        name = parameter.removeprefix(_METADATA)
        detail = _fault_of(name, value, wanted)
        if detail is not None:
            faults.append(FieldError(pointer=printable(parameter), code="invalid_metadata", detail=detail))
        wanted[name] = value
    if faults:
        raise rejected(faults[:MAX_ENTRIES])
    return wanted


def _fault_of(name: str, value: str, wanted: dict[str, str]) -> str | None:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return "The name must be 1-40 letters, digits, dots, hyphens or underscores."
    if not 0 < len(value) <= MAX_VALUE_CHARACTERS:
        return f"The value must have 1-{MAX_VALUE_CHARACTERS} characters."
    if name in wanted:
        return "Give each name once."
    return f"Give at most {MAX_ENTRIES} names." if len(wanted) == MAX_ENTRIES else None


_MetadataFilter = Annotated[dict[str, str], Depends(with_prefix(_METADATA, _metadata_filter))]


def persona_filter(  # noqa: PLR0913, PLR0917 - a parameter for each filter
    metadata: _MetadataFilter,
    status: Annotated[PersonaStatus | None, Query(description="Only personas with this status.")] = None,
    language: Annotated[
        str | None,
        Query(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$", description="A language tag; `en` includes `en-GB`."),
    ] = None,
    slug: Annotated[str | None, Query(min_length=1, max_length=100, description="Only the persona with it.")] = None,
    archived: Annotated[bool | None, Query(description="Only archived personas, or only others.")] = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=100, description="Words; each must begin a word of the name or of the slug."),
    ] = None,
    created_after: Annotated[IsoDatetime | None, Query(description="Only personas created later.")] = None,
    created_before: Annotated[IsoDatetime | None, Query(description="Only personas created earlier.")] = None,
    evaluation_id: Annotated[
        EvaluationId | None, Query(description="Only personas of this evaluation; without it, none of any.")
    ] = None,
    sort: Annotated[
        Literal["created_at", "-created_at"], Query(description="`-created_at` (the default) is newest first.")
    ] = "-created_at",
) -> PersonaFilter:
    """The filter that the query parameters describe."""
    return PersonaFilter(
        status=status,
        language=language,
        slug=slug,
        archived=archived,
        q=q,
        created_after=created_after,
        created_before=created_before,
        evaluation_id=evaluation_id,
        metadata=metadata,
        newest_first=sort == "-created_at",
    )


def persona_list(workspace_id: str, wanted: PersonaFilter, limit: int, cursor: str | None) -> PersonaList:
    """A page of personas.

    Raises:
        ProblemError: 422, the cursor is not valid.
    """
    after = None if cursor is None else id_after(cursor, is_persona_id)
    page = persona_search().page(workspace_id, wanted, limit, after)
    return PersonaList(
        data=tuple(current_persona(workspace_id, persona) for persona in page.personas),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else opaque_cursor(page.last),
    )
