"""GET /v1/health: liveness, without a key."""

from __future__ import annotations

from fastapi import APIRouter

from functions.api.personas.documents import VERSION, Health

router = APIRouter(tags=["service"])


@router.get("/v1/health", summary="Is the API up?")
async def health() -> Health:
    """Answers as soon as the process serves. Needs no key."""
    return Health(version=VERSION)
