"""Routes of judges' passports, and of the label sets that a workspace measures judges with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from fourfold.http.body import json_body
from fourfold.judges.labels import MOST_SETS
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.judges.schemas import JudgeDocument, JudgeList, LabelSetDocument, LabelSetList, LabelSetRequest
from functions.api.judges.service import (
    judge_of,
    judges_of,
    label_set_of,
    label_sets_of,
    remove_label_set,
    write_label_set,
)
from functions.api.openapi import bodies, replies
from functions.api.responses import document

router = APIRouter(tags=["judges"])
JUDGES, LABELS = "/v1/judges", "/v1/labels"

JudgeIdPath = Annotated[str, Path(description="The id of a judge, `jdg_...`.")]
SetNamePath = Annotated[str, Path(description="1-40 lower-case letters, digits and hyphens.")]


@router.get(JUDGES, summary="List judges", response_model=JudgeList, responses=replies.problems(401, 403))
async def list_judges(caller: Reader) -> Response:
    """Lists the judges of the settings and all that were measured, each with its figures, their n and intervals.

    A judge is verified if the 95 % interval of its kappa lies above 0.6. One that was not measured has no figure.
    """
    return document(JudgeList(data=await wiring.in_thread(lambda: judges_of(caller))))


@router.get(
    f"{JUDGES}/{{judge_id}}",
    summary="Read a judge's passport",
    response_model=JudgeDocument,
    responses=replies.problems(401, 403, 404),
)
async def read_judge(judge_id: JudgeIdPath, caller: Reader) -> Response:
    """Returns the passport of one judge with one prompt, measured on one label set."""
    return document(await wiring.in_thread(lambda: judge_of(caller, judge_id)))


@router.get(LABELS, summary="List label sets", response_model=LabelSetList, responses=replies.problems(401, 403))
async def list_label_sets(caller: Reader) -> Response:
    """Lists the workspace's label sets with their labels and passports."""
    return document(LabelSetList(data=await wiring.in_thread(lambda: label_sets_of(caller.workspace_id))))


@router.get(
    f"{LABELS}/{{set_name}}",
    summary="Read a label set",
    response_model=LabelSetDocument,
    responses=replies.problems(401, 403, 404),
)
async def read_label_set(set_name: SetNamePath, caller: Reader) -> Response:
    """Returns a label set with the judge's verdict beside each label."""
    return document(await wiring.in_thread(lambda: label_set_of(caller.workspace_id, set_name)))


@router.put(
    f"{LABELS}/{{set_name}}",
    summary="Create or replace a label set",
    response_model=LabelSetDocument,
    openapi_extra=bodies.required_json(LabelSetRequest),
    responses={
        201: {"model": LabelSetDocument, "description": "A new label set"},
        **replies.problems(400, 404, 413, 415, 422),
        **replies.refusals(409, {"too_many_label_sets": f"a workspace can have at most {MOST_SETS} label sets"}),
    },
)
async def put_label_set(set_name: SetNamePath, request: Request, caller: Writer) -> Response:
    """Stores up to 200 labels of personas and of test results, over an earlier set of the name.

    Each is compared with the verdict that the judge gave when the persona was audited or the suite was run, so no model
    is called. A label of something that does not exist, or a set of one class, is a 422.
    """
    body = await json_body(request, LabelSetRequest)
    found, new = await wiring.in_thread(lambda: write_label_set(caller.workspace_id, set_name, body.labels))
    return document(found, 201 if new else 200)


@router.delete(
    f"{LABELS}/{{set_name}}",
    summary="Delete a label set",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "The label set is deleted"}, **replies.problems(404)},
)
async def delete_label_set(set_name: SetNamePath, caller: Writer) -> Response:
    """Deletes a label set, and the passports that follow from it."""
    await wiring.in_thread(lambda: remove_label_set(caller.workspace_id, set_name))
    return Response(status_code=204)
