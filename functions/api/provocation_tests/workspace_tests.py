"""Reads the tests of a workspace, and writes, enables, disables and deletes them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.problem import FieldError, problem
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.definition import ProvocationTest
from fourfold.provocation.plan import bytes_in_plan
from fourfold.provocation.workspace_tests import (
    MOST_OWN_BYTES,
    MOST_OWN_TESTS,
    Available,
    WorkspaceTest,
    available,
    floor_setting,
    is_floor_test,
)
from functions.api.dependencies import AdmittedCaller
from functions.clock import now
from functions.wiring import workspace_tests

_TEST_ID = re.compile(r"(x|role|contra|emo|jail)(\.[a-z0-9_-]{1,40}){1,2}")
_OWN_ID = re.compile(r"x(\.[a-z0-9][a-z0-9_-]{0,39}){2}")


def tests_of(caller: AdmittedCaller) -> tuple[Available, ...]:
    """Returns the current tests of a workspace."""
    return _tests(caller, workspace_tests().all(caller.workspace_id))


def require_test_id(test_id: str) -> None:
    """Raises ProblemError (404) if the path has no valid test id."""
    if not _TEST_ID.fullmatch(test_id):
        raise not_found()


def found_test(caller: AdmittedCaller, test_id: str) -> Available:
    """Returns a test of the workspace.

    Raises:
        ProblemError: 404, no such test.
    """
    return _found(caller, test_id, workspace_tests().all(caller.workspace_id))


def write_test(caller: AdmittedCaller, test_id: str, test: ProvocationTest) -> tuple[Available, bool]:
    """Stores a custom test; returns the stored test, and whether it is new.

    Raises:
        ProblemError: 409 a shipped test, a replacement of a safety test, or too many tests; 422 the ids differ, or the
            tests are too large.
    """
    if not _OWN_ID.fullmatch(test_id):
        detail = "Create a custom test x.<name>.<test> with instead_of set to this id."
        raise ProblemError(problem("not_your_test", "Shipped tests cannot be changed", 409, detail))
    if test.id != test_id:
        raise rejected(
            [FieldError(pointer="/id", code="id_differs", detail=f"Must equal the id in the path, {test_id}.")]
        )
    _may_replace(caller, test)
    own = workspace_tests().all(caller.workspace_id)
    if test_id not in own and sum(entry.test is not None for entry in own.values()) >= MOST_OWN_TESTS:
        detail = f"A workspace can have at most {MOST_OWN_TESTS} custom tests. Delete one first."
        raise ProblemError(problem("too_many_tests", "Too many custom tests", 409, detail))
    _require_room(test, own)
    enabled = own[test_id].enabled if test_id in own else True
    entry = WorkspaceTest(id=test_id, test=test, enabled=enabled, updated_at=now())
    workspace_tests().put(caller.workspace_id, entry)
    return _found(caller, test_id, {**own, test_id: entry}), test_id not in own


def switch(caller: AdmittedCaller, test_id: str, *, enabled: bool) -> Available:
    """Enables or disables a test.

    Raises:
        ProblemError: 404 no such test, 409 it verifies a safety setting.
    """
    own = workspace_tests().all(caller.workspace_id)
    _found(caller, test_id, own)
    if not enabled:
        _require_not_floor_test(caller, test_id, "disabled")
    entry = own.get(test_id) or WorkspaceTest(id=test_id, enabled=enabled, updated_at=now())
    entry = entry.model_copy(update={"enabled": enabled, "updated_at": now()})
    if entry.test is None and entry.enabled:
        workspace_tests().delete(caller.workspace_id, test_id)  # an enabled shipped test needs no entry
    else:
        workspace_tests().put(caller.workspace_id, entry)
    return _found(caller, test_id, {**own, test_id: entry})


def remove_test(caller: AdmittedCaller, test_id: str) -> None:
    """Deletes a custom test.

    Raises:
        ProblemError: 404 no such test, 409 a shipped test.
    """
    found = found_test(caller, test_id)
    if found.source != "workspace":
        raise ProblemError(problem("not_your_test", "Shipped tests cannot be deleted", 409, "Disable it instead."))
    workspace_tests().delete(caller.workspace_id, test_id)


def _tests(caller: AdmittedCaller, own: Mapping[str, WorkspaceTest]) -> tuple[Available, ...]:
    engine = caller.settings.engine
    return available(shipped_tests(), own, engine.provocation.disabled_tests, engine.safety)


def _found(caller: AdmittedCaller, test_id: str, own: Mapping[str, WorkspaceTest]) -> Available:
    """Returns a test of the workspace, whose stored entries are `own`.

    Raises:
        ProblemError: 404, no such test.
    """
    found = next((each for each in _tests(caller, own) if each.test.id == test_id), None)
    if found is None:
        raise not_found()
    return found


def _may_replace(caller: AdmittedCaller, test: ProvocationTest) -> None:
    if test.instead_of is None:
        return
    if test.instead_of not in {shipped.id for shipped in shipped_tests()}:
        raise rejected(
            [FieldError(pointer="/instead_of", code="unknown_test", detail="Must be the id of a shipped test.")]
        )
    _require_not_floor_test(caller, test.instead_of, "replaced")


def _require_room(test: ProvocationTest, own: Mapping[str, WorkspaceTest]) -> None:
    """Raises ProblemError (422) if the tests would exceed the size of a plan. A test may always get smaller."""
    sizes = {entry.id: bytes_in_plan(entry.test) for entry in own.values() if entry.test is not None}
    before, size = sizes.get(test.id, 0), bytes_in_plan(test)
    available_bytes = MOST_OWN_BYTES - sum(sizes.values()) + before
    if size > max(available_bytes, before):
        detail = (
            f"It has {size} bytes; {max(available_bytes, 0)} of {MOST_OWN_BYTES} bytes for custom tests are left. "
            "Shorten it or delete another test."
        )
        raise rejected([FieldError(pointer="", code="too_large", detail=detail)])


def _require_not_floor_test(caller: AdmittedCaller, test_id: str, action: str) -> None:
    if is_floor_test(test_id, caller.settings.engine.safety):
        setting = f"engine.safety.{floor_setting(test_id)}"
        detail = f"{test_id} verifies {setting}, which only the system scope can turn off."
        raise ProblemError(problem("safety_floor", f"This test cannot be {action}", 409, detail))
