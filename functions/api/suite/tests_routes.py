"""The tests of a workspace: those shipped, which it may switch off, and its own (`x.<name>.<test>`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import RootModel, ValidationError

from fourfold.http.body import json_body
from fourfold.http.problems import ProblemError, field_errors, not_found, rejected
from fourfold.problem import FieldError, problem
from fourfold.provocation.catalog import CATALOG_VERSION, content_hash, shipped_tests
from fourfold.provocation.definition import ProvocationTest
from fourfold.provocation.plan import bytes_in_plan
from fourfold.provocation.workspace_tests import (
    MOST_OWN_BYTES,
    MOST_OWN_TESTS,
    Available,
    WorkspaceTest,
    floor_setting,
    proves_the_floor,
)
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller, Reader, Writer
from functions.api.openapi import describe as openapi
from functions.api.responses import document
from functions.api.suite.job_requests import tests_of
from functions.api.suite.schemas import TestList, TestSwitch
from functions.clock import now
from functions.wiring import workspace_tests

router = APIRouter(tags=["provocation tests"])
ALL = "/v1/provocation/tests"
ONE = f"{ALL}/{{test_id}}"

_ANY = re.compile(r"(x|role|contra|emo|jail)(\.[a-z0-9_-]{1,40}){1,2}")
_OWN = re.compile(r"x(\.[a-z0-9][a-z0-9_-]{0,39}){2}")
TestIdPath = Annotated[str, Path(description="`role.001`, or `x.<name>.<test>` for one of your own.")]

# Where a fault of the whole test belongs: the field to mend.
_PLACES = {
    "family_differs": ("family",),
    "criterion_twice": ("criteria",),
    "nothing_planted": ("fixture",),
    "payload_misplaced": ("payload",),
}


@router.get(ALL, summary="List provocation tests", response_model=TestList, responses=openapi.problems(401, 403))
async def list_tests(caller: Reader) -> Response:
    """Every test of the workspace, with whether it is run, and if not, why."""
    tests = await wiring.in_thread(lambda: tests_of(caller))
    running = [each.test for each in tests if each.enabled]
    return document(TestList(data=tests, catalog_version=CATALOG_VERSION, content_hash=content_hash(running)))


@router.get(ONE, summary="Read a provocation test", response_model=Available, responses=openapi.problems(401, 403, 404))
async def read_test(test_id: TestIdPath, caller: Reader) -> Response:
    """One test, whole."""
    return document(await wiring.in_thread(lambda: _found(caller, test_id)))


@router.put(
    ONE,
    summary="Write a test of your own",
    response_model=Available,
    openapi_extra=openapi.json_request(ProvocationTest),
    responses={
        201: {"model": Available, "description": "A new test"},
        **openapi.problems(400, 404, 413, 415, 422),
        **openapi.refusals(
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
    if not _ANY.fullmatch(test_id):
        raise not_found()
    test = await _test_in(request)
    if not _OWN.fullmatch(test_id):
        detail = "Shipped tests stay as they are: write your own as x.<name>.<test>, with instead_of naming this one."
        raise ProblemError(problem("not_your_test", "This test is not yours to write", 409, detail))
    if test.id != test_id:
        raise rejected([FieldError(pointer="/id", code="id_differs", detail=f"Must be {test_id}, as in the path.")])

    def stored() -> tuple[Available, bool]:
        _may_replace(caller, test)
        own = workspace_tests().all(caller.workspace_id)
        if test_id not in own and sum(word.test is not None for word in own.values()) >= MOST_OWN_TESTS:
            detail = f"A workspace has at most {MOST_OWN_TESTS} tests of its own; delete one first."
            raise ProblemError(problem("too_many_tests", "Too many tests", 409, detail))
        _must_fit(test, own)
        enabled = own[test_id].enabled if test_id in own else True
        workspace_tests().put(
            caller.workspace_id, WorkspaceTest(id=test_id, test=test, enabled=enabled, updated_at=now())
        )
        return _found(caller, test_id), test_id not in own

    found, new = await wiring.in_thread(stored)
    return document(found, 201 if new else 200)


@router.patch(
    ONE,
    summary="Switch a test on or off",
    response_model=Available,
    openapi_extra=openapi.json_request(TestSwitch),
    responses={
        **openapi.problems(400, 404, 413, 415, 422),
        **openapi.refusals(409, {"safety_floor": "the test proves the safety floor: it stays on"}),
    },
)
async def switch_test(test_id: TestIdPath, request: Request, caller: Writer) -> Response:
    """Switches a shipped test, or one of your own, off or on again. What proves the safety floor stays on."""
    switch = await json_body(request, TestSwitch)

    def switched() -> Available:
        found = _found(caller, test_id)
        if not switch.enabled:
            _must_be_free(caller, test_id, "switched off")
        own = workspace_tests().all(caller.workspace_id).get(test_id)
        word = WorkspaceTest(id=test_id, enabled=switch.enabled, updated_at=now())
        if own is not None:
            word = own.model_copy(update={"enabled": switch.enabled, "updated_at": now()})
        if word.test is None and word.enabled:
            workspace_tests().delete(caller.workspace_id, test_id)  # as shipped: there is nothing to remember
        else:
            workspace_tests().put(caller.workspace_id, word)
        return _found(caller, found.test.id)

    return document(await wiring.in_thread(switched))


@router.delete(
    ONE,
    summary="Delete a test of your own",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "The test is gone"},
        **openapi.problems(404),
        **openapi.refusals(409, {"not_your_test": "a shipped test can be switched off, not deleted"}),
    },
)
async def delete_test(test_id: TestIdPath, caller: Writer) -> Response:
    """Deletes a test of your own. Results of earlier runs keep it."""

    def deleted() -> None:
        found = _found(caller, test_id)
        if found.source != "workspace":
            raise ProblemError(problem("not_your_test", "This test is not yours to delete", 409, "Switch it off."))
        workspace_tests().delete(caller.workspace_id, test_id)

    await wiring.in_thread(deleted)
    return Response(status_code=204)


def _found(caller: AdmittedCaller, test_id: str) -> Available:
    found = next((each for each in tests_of(caller) if each.test.id == test_id), None)
    if found is None:
        raise not_found()
    return found


def _may_replace(caller: AdmittedCaller, test: ProvocationTest) -> None:
    if test.instead_of is None:
        return
    if test.instead_of not in {shipped.id for shipped in shipped_tests()}:
        raise rejected([FieldError(pointer="/instead_of", code="unknown_test", detail="No shipped test has this id.")])
    _must_be_free(caller, test.instead_of, "replaced")


def _must_fit(test: ProvocationTest, own: Mapping[str, WorkspaceTest]) -> None:
    """Raises ProblemError: 422, the workspace's tests would be more than one plan can hold. Fewer words always go."""
    sizes = {word.id: bytes_in_plan(word.test) for word in own.values() if word.test is not None}
    before, size = sizes.get(test.id, 0), bytes_in_plan(test)
    room = MOST_OWN_BYTES - sum(sizes.values()) + before
    if size > max(room, before):
        detail = (
            f"It takes {size} bytes, and {max(room, 0)} of the {MOST_OWN_BYTES} for a workspace's own tests are left. "
            "Shorten it, or delete another test first."
        )
        raise rejected([FieldError(pointer="", code="too_large", detail=detail)])


def _must_be_free(caller: AdmittedCaller, test_id: str, what: str) -> None:
    if proves_the_floor(test_id, caller.settings.engine.safety):
        detail = f"{test_id} proves engine.safety.{floor_setting(test_id)}, which only the system scope may switch off."
        raise ProblemError(problem("safety_floor", f"This test cannot be {what}", 409, detail))


class _Anything(RootModel[dict[str, Any]]):
    """A JSON object, not yet looked at."""


async def _test_in(request: Request) -> ProvocationTest:
    """The test in the body; every fault named by the pointer of its field.

    Raises:
        ProblemError: as `json_body`.
    """
    content = (await json_body(request, _Anything)).root
    try:
        return ProvocationTest.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        found = [{**fault, "loc": _place(fault["loc"], fault["type"])} for fault in faults]
        raise rejected(field_errors(found, "body")) from None


def _place(loc: tuple[int | str, ...], kind: str) -> tuple[int | str, ...]:
    """Where a fault stands in the body: pydantic puts an oracle's kind after its number."""
    plain = loc[:2] + loc[3:] if loc[:1] == ("oracles",) and len(loc) > 2 else loc  # noqa: PLR2004
    return (*plain, *_PLACES.get(kind, ()))
