"""The tests of a workspace: those shipped, which it may switch off, and its own (`x.<name>.<test>`)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from fourfold.http.body import json_body
from fourfold.provocation.catalog import CATALOG_VERSION, content_hash
from fourfold.provocation.definition import ProvocationTest
from fourfold.provocation.workspace_tests import MOST_OWN_TESTS, Available
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.openapi import bodies, replies
from functions.api.provocation_tests.body import test_in
from functions.api.provocation_tests.schemas import TestList, TestSwitch
from functions.api.provocation_tests.workspace_tests import (
    found_test,
    remove_test,
    require_test_id,
    switch,
    tests_of,
    write_test,
)
from functions.api.responses import document

router = APIRouter(tags=["provocation tests"])
ALL = "/v1/provocation/tests"
ONE = f"{ALL}/{{test_id}}"

TestIdPath = Annotated[str, Path(description="`role.001`, or `x.<name>.<test>` for one of your own.")]


@router.get(ALL, summary="List provocation tests", response_model=TestList, responses=replies.problems(401, 403))
async def list_tests(caller: Reader) -> Response:
    """Every test of the workspace, with whether it is run, and if not, why."""
    tests = await wiring.in_thread(lambda: tests_of(caller.workspace_id))
    running = [each.test for each in tests if each.enabled]
    return document(TestList(data=tests, catalog_version=CATALOG_VERSION, content_hash=content_hash(running)))


@router.get(ONE, summary="Read a provocation test", response_model=Available, responses=replies.problems(401, 403, 404))
async def read_test(test_id: TestIdPath, caller: Reader) -> Response:
    """One test, whole."""
    return document(await wiring.in_thread(lambda: found_test(caller.workspace_id, test_id)))


@router.put(
    ONE,
    summary="Write a test of your own",
    response_model=Available,
    openapi_extra=bodies.required_json(ProvocationTest),
    responses={
        201: {"model": Available, "description": "A new test"},
        **replies.problems(400, 404, 413, 415, 422),
        **replies.refusals(
            409,
            {
                "not_your_test": "shipped tests stay as they are",
                "too_many_tests": f"a workspace has at most {MOST_OWN_TESTS} tests of its own",
                "safety_floor": "the test it would replace proves the safety floor",
            },
        ),
    },
)
async def put_test(test_id: TestIdPath, request: Request, caller: Writer) -> Response:
    """Adds or rewords a test `x.<name>.<test>`. With `instead_of` it takes the place of a shipped test.

    All tests of a workspace's own, with their harmless twins, may have 250 KB: one that is too much is a 422 whose
    `errors` say `too_large`.
    """
    require_test_id(test_id)
    test = await test_in(request)
    found, new = await wiring.in_thread(lambda: write_test(caller.workspace_id, test_id, test))
    return document(found, 201 if new else 200)


@router.patch(
    ONE,
    summary="Switch a test on or off",
    response_model=Available,
    openapi_extra=bodies.required_json(TestSwitch),
    responses={
        **replies.problems(400, 404, 413, 415, 422),
        **replies.refusals(409, {"safety_floor": "the test proves the safety floor: it stays on"}),
    },
)
async def switch_test(test_id: TestIdPath, request: Request, caller: Writer) -> Response:
    """Switches a shipped test, or one of your own, off or on again. What proves the safety floor stays on."""
    body = await json_body(request, TestSwitch)
    return document(await wiring.in_thread(lambda: switch(caller.workspace_id, test_id, enabled=body.enabled)))


@router.delete(
    ONE,
    summary="Delete a test of your own",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "The test is gone"},
        **replies.problems(404),
        **replies.refusals(409, {"not_your_test": "a shipped test can be switched off, not deleted"}),
    },
)
async def delete_test(test_id: TestIdPath, caller: Writer) -> Response:
    """Deletes a test of your own. Results of earlier runs keep it."""
    await wiring.in_thread(lambda: remove_test(caller.workspace_id, test_id))
    return Response(status_code=204)
