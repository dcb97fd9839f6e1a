"""Routes of provocation tests: shipped tests, which can be disabled, and a workspace's own (`x.<name>.<test>`)."""

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

TestIdPath = Annotated[str, Path(description="Such as `role.001`, or `x.<name>.<test>` for a custom test.")]


@router.get(ALL, summary="List provocation tests", response_model=TestList, responses=replies.problems(401, 403))
async def list_provocation_tests(caller: Reader) -> Response:
    """Lists the tests of the workspace; a disabled test has a `reason`."""
    tests = await wiring.in_thread(lambda: tests_of(caller))
    running = [each.test for each in tests if each.enabled]
    return document(TestList(data=tests, catalog_version=CATALOG_VERSION, content_hash=content_hash(running)))


@router.get(ONE, summary="Read a provocation test", response_model=Available, responses=replies.problems(401, 403, 404))
async def read_provocation_test(test_id: TestIdPath, caller: Reader) -> Response:
    """Returns a test with its turns, oracles and criteria."""
    return document(await wiring.in_thread(lambda: found_test(caller, test_id)))


@router.put(
    ONE,
    summary="Create or replace a custom test",
    response_model=Available,
    openapi_extra=bodies.required_json(ProvocationTest),
    responses={
        201: {"model": Available, "description": "A new test"},
        **replies.problems(400, 404, 413, 415, 422),
        **replies.refusals(
            409,
            {
                "not_your_test": "shipped tests cannot be changed",
                "too_many_tests": f"a workspace can have at most {MOST_OWN_TESTS} custom tests",
                "safety_floor": "the test named by `instead_of` verifies a safety setting",
            },
        ),
    },
)
async def put_provocation_test(test_id: TestIdPath, request: Request, caller: Writer) -> Response:
    """Creates or replaces the custom test `x.<name>.<test>`. With `instead_of` it replaces a shipped test.

    All custom tests of a workspace, with their harmless twins, must not exceed 250 KB (422 with the code `too_large`).
    """
    require_test_id(test_id)
    test = await test_in(request)
    found, new = await wiring.in_thread(lambda: write_test(caller, test_id, test))
    return document(found, 201 if new else 200)


@router.patch(
    ONE,
    summary="Enable or disable a test",
    response_model=Available,
    openapi_extra=bodies.required_json(TestSwitch),
    responses={
        **replies.problems(400, 404, 413, 415, 422),
        **replies.refusals(409, {"safety_floor": "the test verifies a safety setting and cannot be disabled"}),
    },
)
async def switch_provocation_test(test_id: TestIdPath, request: Request, caller: Writer) -> Response:
    """Enables or disables a shipped or custom test. Tests that verify a safety setting cannot be disabled."""
    body = await json_body(request, TestSwitch)
    return document(await wiring.in_thread(lambda: switch(caller, test_id, enabled=body.enabled)))


@router.delete(
    ONE,
    summary="Delete a custom test",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "The test is deleted"},
        **replies.problems(404),
        **replies.refusals(409, {"not_your_test": "shipped tests can be disabled but not deleted"}),
    },
)
async def delete_provocation_test(test_id: TestIdPath, caller: Writer) -> Response:
    """Deletes a custom test. Results of earlier runs are kept."""
    await wiring.in_thread(lambda: remove_test(caller, test_id))
    return Response(status_code=204)
