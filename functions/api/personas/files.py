"""Personas as files: export and import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from fourfold.cards.formats import FileFormat, written
from fourfold.cards.png_card import NoCardError, card_in
from fourfold.cards.reading import (
    BadPersonaError,
    ForeignCardError,
    Imported,
    TooManyValuesError,
    UnknownFileError,
    read,
)
from fourfold.events.envelope import bus_entry
from fourfold.events.generation import PersonaCreated
from fourfold.http.body import parsed, require_few_values, require_json
from fourfold.http.problems import ProblemError, field_errors, not_found, rejected
from fourfold.idempotency import Execution
from fourfold.ids import is_persona_id, prefixed_as
from fourfold.persona import NotWrittenError, Persona
from fourfold.persona_versions import Change, version_of
from fourfold.problem import FieldError, problem
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller, Reader, Writer
from functions.api.errors import not_written
from functions.api.idempotent import idempotent
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS
from functions.api.responses import path_to, persona_document
from functions.clock import now
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])

PNG = "image/png"
# A DynamoDB item holds 400 KB.
_CARRIED_BYTES = 300 * 1024
_PERSONA_BYTES = 80 * 1024
# Values in arrays and objects. A lorebook of 300 KB has some ten thousand.
_FILE_VALUES = 50_000
_BINARY = {"schema": {"type": "string", "contentMediaType": PNG}}


@router.get(
    "/v1/personas/{persona_id}/export",
    summary="Export a persona",
    response_class=Response,
    responses={
        200: {
            "description": "The file, under a name of its own",
            "headers": {"Content-Disposition": {"description": "The file's name.", "schema": {"type": "string"}}},
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": {"format": "fourfold.persona"}},
                "text/markdown": {"schema": {"type": "string"}},
                PNG: _BINARY,
            },
        },
        **openapi.problems(401, 403, 404, 422),
        **openapi.refusals(409, {"persona_not_written": "its first run is not done, or failed"}),
    },
)
async def export(
    persona_id: str,
    caller: Reader,
    format: Annotated[FileFormat, Query(description="Which file to make.")] = FileFormat.JSON,  # noqa: A002 - its name
) -> Response:
    """The persona as a file: our own JSON, Markdown to read, or a Character Card V2 or V3 (JSON or PNG).

    All but Markdown carry the whole persona and can be imported again; docs/character-cards.md lists what is lost.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    made = await wiring.in_thread(lambda: _file(caller, persona_id, format))
    if made is None:
        raise not_found()
    return made


@router.post(
    "/v1/personas/import",
    summary="Import a persona",
    status_code=201,
    response_model=Persona,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/PersonaFile"}},
                PNG: _BINARY,
            },
        },
        "parameters": [openapi.KEY_HEADER],
    },
    responses={
        201: openapi.created(),
        **openapi.problems(400, 401, 403, 415, also=OF_KEYED_REQUESTS),
        **openapi.refusals(413, {"body_too_large": "the file is over 4 MiB"}),
        **openapi.refusals(
            422,
            {
                "invalid_request": "the file, or the persona in it, is not valid; see `errors`",
                "card_without_persona": "the card carries no persona of fourfold: send its text as a brief",
                "idempotency_key_reused": "the Idempotency-Key was used with another file",
            },
        ),
    },
)
async def import_persona(request: Request, caller: Writer) -> Response:
    """Takes in a file that carries a persona of ours; the new one gets an id of its own and costs nothing.

    Its layers, brief and audit come with it; `imported_from` tells what it was where it comes from. A character card
    without our extension has no layers to take over (422 `card_without_persona`): send its text as a brief instead.
    """
    as_png = _is_png(request)
    body = await request.body()
    # A file of megabytes keeps a core busy for a while, and the event loop serves everybody.
    taken = await wiring.in_thread(lambda: _taken_in(body, caller.workspace_id, as_png=as_png))
    found, carried = taken.imported, taken.carried

    async def keep(execution: Execution) -> Response:
        persona = found.persona.model_copy(update={"id": prefixed_as("per", execution.operation_id)})
        stored = await wiring.in_thread(lambda: _store(persona, carried, resumed=execution.resumed))
        return persona_document(stored, 201, {"Location": path_to(request, f"/v1/personas/{stored.id}")})

    return await idempotent(request, caller, _Sent(content=taken.content), keep)


class _Sent(BaseModel):
    """What a file holds, by which a repeated request is known."""

    content: Any


@dataclass(frozen=True)
class _Taken:
    """A file's content, the persona in it, and as JSON what its card carries beside the persona."""

    content: Any
    imported: Imported
    carried: str | None


def _is_png(request: Request) -> bool:
    """Whether the body is declared as a picture. Raises ProblemError (415) if it is neither that nor JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == PNG:
        return True
    if media_type != "application/json":
        detail = f"Send Content-Type: application/json or {PNG}."
        answer = problem("unsupported_media_type", "The body must be JSON or a PNG", 415, detail)
        raise ProblemError(answer, {"Accept": f"application/json, {PNG}"})
    require_json(request)
    return False


def _taken_in(body: bytes, workspace_id: str, *, as_png: bool) -> _Taken:
    """The persona in a file.

    Raises:
        ProblemError: 400 it is not JSON, 422 it holds no persona of ours, or too much of anything.
    """
    content = _content(body, as_png=as_png)
    try:
        imported = read(content, workspace_id, now())
    except ForeignCardError:
        raise _foreign() from None
    except UnknownFileError as error:
        raise rejected([FieldError(pointer="/spec", code="unknown_file", detail=str(error))]) from None
    except TooManyValuesError as error:
        fault = FieldError(pointer=error.pointer, code="too_many_values", detail=f"Holds over {error.most} values.")
        raise rejected([fault]) from None
    except BadPersonaError as error:
        faults = field_errors(error.faults, "body")
        raise rejected([_in_picture(fault) for fault in faults] if as_png else faults) from None
    carried = json.dumps(imported.carried, ensure_ascii=False, separators=(",", ":")) if imported.carried else None
    if carried is not None and len(carried.encode()) > _CARRIED_BYTES:
        detail = f"What the card carries beside the persona is over {_CARRIED_BYTES} bytes."
        raise rejected([FieldError(pointer="/data", code="too_much_carried", detail=detail)])
    if len(imported.persona.model_dump_json().encode()) > _PERSONA_BYTES:
        detail = f"The persona is over {_PERSONA_BYTES} bytes."
        raise rejected([FieldError(pointer="/data", code="too_large", detail=detail)])
    return _Taken(content, imported, carried)


def _content(body: bytes, *, as_png: bool) -> Any:  # noqa: ANN401 - JSON
    if as_png:
        try:
            content = card_in(body, _FILE_VALUES)
        except NoCardError as error:
            raise rejected([FieldError(pointer="", code="no_card", detail=str(error))]) from None
        require_few_values(content, _FILE_VALUES)
    else:
        content = parsed(body, _FILE_VALUES)
        if not isinstance(content, dict):
            raise rejected([FieldError(pointer="", code="wrong_type", detail="Must be a JSON object.")])
    try:  # what the card carries is kept as it is, so it must be what can be written again
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        detail = "Holds a lone surrogate, a number beyond what JSON readers take, or nests too deep."
        raise rejected([FieldError(pointer="", code="not_portable", detail=detail)]) from None
    return content


def _file(caller: AdmittedCaller, persona_id: str, wanted: FileFormat) -> Response | None:
    store = persona_store()
    persona = store.persona(caller.workspace_id, persona_id)
    if persona is None:
        return None
    carried = store.card(caller.workspace_id, persona_id) if persona.imported_from is not None else None
    try:
        file = written(persona, wanted, caller.settings.engine.safety, json.loads(carried) if carried else {})
    except NotWrittenError:
        raise not_written() from None
    headers = {"Cache-Control": "no-store", "Content-Disposition": file.disposition}
    return Response(file.content, headers=headers, media_type=file.media_type)


def _store(persona: Persona, carried: str | None, *, resumed: bool) -> Persona:
    """Stores the persona with its event, unless an execution that was cut off has done so."""
    standing = persona_store().persona(persona.workspace_id, persona.id) if resumed else None
    if standing is not None:
        return standing
    event = PersonaCreated(
        persona_id=persona.id,
        run_id=None,
        overall=None if persona.audit is None else persona.audit.overall,
        language=persona.language,
    )
    entry = bus_entry(
        event, workspace_id=persona.workspace_id, correlation_id=persona.id, occurred_at=persona.created_at
    )
    persona_store().add(version_of(persona, Change.IMPORTED), carried, entry)
    return persona


def _foreign() -> ProblemError:
    fault = FieldError(pointer="/data/extensions/fourfold", code="required", detail="No persona of fourfold in it.")
    answer = problem(
        "card_without_persona",
        "The card carries no persona",
        422,
        "A character card has no four layers. Send its description as a brief: POST /v1/personas with `intent`.",
    )
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def _in_picture(fault: FieldError) -> FieldError:
    return fault.model_copy(update={"detail": f"In the picture's card: {fault.detail}"})
