"""Routes of a workspace's voices: which are alike, and a picture of them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from functions.api import wiring
from functions.api.dependencies import Reader
from functions.api.openapi import replies
from functions.api.responses import document
from functions.api.voices.reading import picture, voice_map
from functions.api.voices.schemas import VoiceMap

router = APIRouter(tags=["voice"], prefix="/v1/voices")
_SVG = "image/svg+xml"


@router.get("", summary="List voices and twins", response_model=VoiceMap, responses=replies.problems(401, 403))
async def list_voices(caller: Reader) -> Response:
    """Returns the workspace's newest voices with their places on a map, and the pairs that are too close.

    It compares stored fingerprints and calls no model.
    """
    minimum = caller.settings.engine.fingerprint.min_distinctiveness
    return document(await wiring.in_thread(lambda: voice_map(caller.workspace_id, minimum)))


@router.get(
    "/map",
    summary="Draw the map of voices",
    response_class=Response,
    responses={
        200: {"description": "The map", "content": {_SVG: {"schema": {"type": "string"}}}},
        **replies.problems(401, 403),
    },
)
async def draw_voices(caller: Reader) -> Response:
    """Returns an SVG: a dot for each voice of `GET /v1/voices`, near to those that sound alike; twins are joined."""
    minimum = caller.settings.engine.fingerprint.min_distinctiveness
    svg = await wiring.in_thread(lambda: picture(voice_map(caller.workspace_id, minimum)))
    return Response(svg, media_type=_SVG, headers={"Cache-Control": "no-store"})
