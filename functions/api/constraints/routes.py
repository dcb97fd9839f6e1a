"""Route of a persona's constraint chain."""

from __future__ import annotations

from fastapi import APIRouter, Response

from functions.api import wiring
from functions.api.constraints.schemas import ConstraintChain
from functions.api.dependencies import Reader
from functions.api.openapi import replies
from functions.api.personas.lookup import known_persona
from functions.api.responses import document
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])


@router.get(
    "/v1/personas/{persona_id}/constraints",
    summary="Read the constraint chain",
    response_model=ConstraintChain,
    responses=replies.problems(401, 403, 404),
)
async def read_constraints(persona_id: str, caller: Reader) -> Response:
    """Returns facts, trait bounds, voice demands and notes, each with the step that set it, and what violates them."""

    def read() -> ConstraintChain:
        persona = known_persona(caller.workspace_id, persona_id)
        basis = persona_store().basis_of(persona)
        return ConstraintChain(
            persona_id=persona.id,
            data=() if basis is None else basis.constraints,
            violations=() if basis is None else basis.violations,
        )

    return document(await wiring.in_thread(read))
