"""A persona's voice, to be used in somebody else's chat runtime."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from fourfold.http.preferences import accepts
from fourfold.http.problems import not_found
from fourfold.ids import PersonaId, is_persona_id
from fourfold.persona import NotWrittenError
from fourfold.voice.system_prompt import example_lines, system_prompt
from functions.api import wiring
from functions.api.dependencies import Reader
from functions.api.errors import not_written
from functions.api.openapi import describe as openapi
from functions.api.responses import document
from functions.wiring import persona_store

router = APIRouter(tags=["voice"])

_TEXT = ("text/markdown", "text/plain")


class Voice(BaseModel):
    """A system prompt that makes a model answer as the persona, and lines it would say."""

    persona_id: PersonaId
    version: int
    language: str | None
    system_prompt: str
    example_lines: tuple[str, ...]


@router.get(
    "/v1/personas/{persona_id}/voice",
    summary="Take a persona's voice elsewhere",
    response_model=Voice,
    responses={
        200: {
            "description": "The voice; with `Accept: text/markdown` or `text/plain` the prompt alone",
            "content": {"application/json": {}, **{kind: {"schema": {"type": "string"}} for kind in _TEXT}},
        },
        **openapi.problems(401, 403, 404),
        **openapi.refusals(409, {"persona_not_written": "its first run is not done, or failed"}),
    },
)
async def read_voice(persona_id: str, request: Request, caller: Reader) -> Response:
    """A system prompt to paste into any chat runtime, with the safety floor in it, and example lines.

    Made of the four layers, without asking a model: the same until the persona or the safety settings change.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    persona = await wiring.in_thread(lambda: persona_store().persona(caller.workspace_id, persona_id))
    if persona is None:
        raise not_found()
    try:
        prompt = system_prompt(persona, caller.settings.engine.safety)
    except NotWrittenError:
        raise not_written() from None
    for kind in _TEXT:
        if accepts(request.headers.get("accept"), kind):
            return Response(prompt, headers={"Cache-Control": "no-store"}, media_type=kind)
    return document(
        Voice(
            persona_id=persona.id,
            version=persona.version,
            language=persona.language,
            system_prompt=prompt,
            example_lines=example_lines(persona),
        )
    )
