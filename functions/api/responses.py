"""Builds HTTP replies from documents."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import BaseModel

from fourfold.http.preconditions import etag_of
from fourfold.persona import Persona
from fourfold.progress.run import Run
from functions.api.runs.schemas import RunReceipt


def document(content: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A document as a JSON reply. Unknown values are null and not omitted."""
    return Response(
        content.model_dump_json(by_alias=True),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def path_to(request: Request, path: str) -> str:
    """A path of this API with the stage's prefix, if there is one."""
    return f"{request.scope.get('root_path', '')}{path}"


def run_receipt(request: Request, run: Run, headers: dict[str, str] | None = None) -> Response:
    """202 with the receipt of a run, and its path in Location."""
    receipt = RunReceipt(run_id=run.id, persona_id=run.persona_id, status=run.status.value)
    return document(receipt, 202, {**(headers or {}), "Location": path_to(request, f"/v1/runs/{run.id}")})


def persona_document(persona: Persona, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A persona with its ETag."""
    return document(persona, status, {"ETag": etag_of(persona), **(headers or {})})
