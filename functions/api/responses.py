"""Replies made of stored documents."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import BaseModel

from fourfold.http.preconditions import etag_of
from fourfold.persona import Persona
from fourfold.progress.run import Run
from functions.api.runs.schemas import RunReceipt


def document(content: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A document as JSON, exactly as the model writes it; unknown values are null, never left out."""
    return Response(
        content.model_dump_json(by_alias=True),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def path_to(request: Request, path: str) -> str:
    """A path of this API as a client sees it: with the stage's prefix, where there is one."""
    return f"{request.scope.get('root_path', '')}{path}"


def run_receipt(request: Request, run: Run) -> Response:
    """A run that goes on in the background: its receipt, and where to follow it."""
    receipt = RunReceipt(run_id=run.id, persona_id=run.persona_id, status=run.status.value)
    return document(receipt, 202, {"Location": path_to(request, f"/v1/runs/{run.id}")})


def persona_document(persona: Persona, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A persona with its entity tag."""
    return document(persona, status, {"ETag": etag_of(persona), **(headers or {})})
