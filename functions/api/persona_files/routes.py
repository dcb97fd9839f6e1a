"""Routes that export and import personas as files."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from fourfold.cards.character_card import CardExtras
from fourfold.cards.formats import FileFormat, persona_file
from fourfold.cards.png_card import NoCardError
from fourfold.cards.signature import audited, signature_in, signature_of
from fourfold.events.envelope import bus_entry
from fourfold.events.generation import PersonaCreated
from fourfold.http.problems import rejected
from fourfold.idempotency import Execution
from fourfold.ids import id_from_operation
from fourfold.persona import NotWrittenError, Persona
from fourfold.persona_versions import Change, version_of
from fourfold.problem import FieldError
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller, Reader, Writer
from functions.api.errors import persona_not_written
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import NOT_WRITTEN, OF_KEYED_REQUESTS
from functions.api.persona_files.schemas import PersonaFile
from functions.api.persona_files.upload import PNG, is_png, read_upload, unsupported
from functions.api.personas.lookup import known_persona
from functions.api.responses import path_to, persona_document
from functions.api.spending import count_spending
from functions.comparable_voices import stored_fingerprint
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])
_EXPORT_PROBLEMS = {**replies.problems(401, 403, 404, 422), **replies.refusals(409, NOT_WRITTEN)}


@router.get(
    "/v1/personas/{persona_id}/export",
    summary="Export a persona",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "headers": {"Content-Disposition": {"description": "The file name.", "schema": {"type": "string"}}},
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": {"format": "fourfold.persona"}},
                "text/markdown": {"schema": {"type": "string"}},
                PNG: bodies.binary(PNG),
            },
        },
        **_EXPORT_PROBLEMS,
    },
)
async def export_persona(
    persona_id: str,
    caller: Reader,
    format: Annotated[FileFormat, Query(description="The file format.")] = FileFormat.JSON,  # noqa: A002 - its name
) -> Response:
    """Exports a persona as fourfold JSON, Markdown, or a Character Card V2 or V3 (JSON or PNG).

    All formats except Markdown contain the complete persona and can be imported again.
    """
    return await _exported(persona_id, caller, format)


@router.get(
    "/v1/personas/{persona_id}/export/markdown",
    summary="Export a persona as Markdown",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"text/markdown": {"schema": {"type": "string"}}}},
        **_EXPORT_PROBLEMS,
    },
)
async def export_persona_markdown(persona_id: str, caller: Reader) -> Response:
    """Exports a persona as Markdown, for reading: this file cannot be imported."""
    return await _exported(persona_id, caller, FileFormat.MARKDOWN)


@router.get(
    "/v1/personas/{persona_id}/export/png",
    summary="Export a persona as a PNG character card",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {PNG: bodies.binary(PNG)}},
        **_EXPORT_PROBLEMS,
    },
)
async def export_persona_png(persona_id: str, caller: Reader) -> Response:
    """Exports a persona as a Character Card V3 in a PNG, which can be imported again."""
    return await _exported(persona_id, caller, FileFormat.CARD_V3_PNG)


@router.post(
    "/v1/personas/{persona_id}/export/png",
    summary="Export a persona as a PNG character card with a picture",
    response_class=Response,
    openapi_extra=bodies.picture(PNG),
    responses={
        200: {"description": "The file", "content": {PNG: bodies.binary(PNG)}},
        **replies.problems(401, 403, 404, 415, 422),
        **replies.refusals(409, NOT_WRITTEN),
        **replies.refusals(413, {"body_too_large": "the picture exceeds 4 MiB"}),
    },
)
async def export_persona_with_picture(persona_id: str, request: Request, caller: Reader) -> Response:
    """Exports a persona as a Character Card V3 in the PNG that is sent. The picture is not stored."""
    if not is_png(request):
        raise unsupported(PNG)
    picture = await request.body()
    return await _exported(persona_id, caller, FileFormat.CARD_V3_PNG, picture)


async def _exported(
    persona_id: str, caller: AdmittedCaller, format_: FileFormat, picture: bytes | None = None
) -> Response:
    return await wiring.in_thread(lambda: _file(caller, persona_id, format_, picture))


@router.post(
    "/v1/personas/import",
    summary="Import a persona",
    status_code=201,
    response_model=Persona,
    openapi_extra=bodies.file(PersonaFile, PNG, bodies.KEY_HEADER),
    responses={
        201: replies.persona_created(),
        **replies.problems(400, 401, 403, 415, also=OF_KEYED_REQUESTS),
        **replies.refusals(413, {"body_too_large": "the file exceeds 4 MiB"}),
        **replies.refusals(
            422,
            {
                "invalid_request": "the file or its persona is invalid; see `errors`",
                "card_without_persona": "the character card contains no fourfold persona",
                "idempotency_key_reused": "the Idempotency-Key was used with a different file",
            },
        ),
    },
)
async def import_persona(request: Request, caller: Writer) -> Response:
    """Imports a file that contains a fourfold persona. The imported persona gets a new id; no model is called.

    Layers and brief are taken from the file; `imported_from` has the original id. Its audit and status are taken only
    if this deployment exported the file and they are unchanged; otherwise the persona is `unaudited`. A character card
    without the fourfold extension has no layers (422 `card_without_persona`): send its text as a brief instead.
    """
    as_png = is_png(request)
    body = await request.body()
    # Parsing megabytes takes a while, so it must not block the event loop.
    upload = await wiring.in_thread(lambda: read_upload(body, caller.workspace_id, as_png=as_png))
    imported, carried = upload.imported, upload.carried

    async def store(execution: Execution) -> Response:
        await count_spending(caller, "imports")
        persona = imported.persona.model_copy(update={"id": id_from_operation("per", execution.operation_id)})
        signature = signature_in(upload.content)
        stored = await wiring.in_thread(
            lambda: _store(audited(persona, signature, wiring.export_key()), carried, resumed=execution.resumed)
        )
        return persona_document(stored, 201, {"Location": path_to(request, f"/v1/personas/{stored.id}")})

    return await idempotent(request, caller, _FileContent(content=upload.content), store)


class _FileContent(BaseModel):
    """The content of a file, which identifies a repeated request."""

    content: Any


def _file(caller: AdmittedCaller, persona_id: str, format_: FileFormat, picture: bytes | None) -> Response:
    persona = known_persona(caller.workspace_id, persona_id)
    try:
        file = persona_file(persona, format_, caller.settings.engine.safety, _extras(persona, format_), picture)
    except NotWrittenError:
        raise persona_not_written() from None
    except NoCardError as error:
        raise rejected([FieldError(pointer="", code="not_png", detail=str(error))]) from None
    headers = {"Cache-Control": "no-store", "Content-Disposition": file.disposition}
    return Response(file.content, headers=headers, media_type=file.media_type)


def _extras(persona: Persona, format_: FileFormat) -> CardExtras:
    """What a file has beside the persona; its dialogue comes from the fingerprint of these layers."""
    carried = persona_store().card(persona.workspace_id, persona.id) if persona.imported_from is not None else None
    fingerprint = stored_fingerprint(persona) if persona.fingerprint and format_.value.startswith("card") else None
    is_current = fingerprint and persona.fingerprint and fingerprint.run_id == persona.fingerprint.run_id
    return CardExtras(
        carried=json.loads(carried) if carried else {},
        signature=signature_of(persona, wiring.export_key()),
        dialogue=fingerprint.examples if fingerprint and is_current else (),
    )


def _store(persona: Persona, carried: str | None, *, resumed: bool) -> Persona:
    """Stores the persona with its event, unless an interrupted execution has already stored it."""
    stored = persona_store().persona(persona.workspace_id, persona.id) if resumed else None
    if stored is not None:
        return stored
    event = PersonaCreated(
        persona_id=persona.id,
        run_id=None,
        overall=None if persona.audit is None else persona.audit.overall,
        language=persona.language,
        parent_id=None,
        metadata=persona.metadata,
    )
    entry = bus_entry(
        event, workspace_id=persona.workspace_id, correlation_id=persona.id, occurred_at=persona.created_at
    )
    persona_store().add(version_of(persona, Change.IMPORTED), carried, entry)
    return persona
