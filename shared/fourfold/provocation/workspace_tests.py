"""A workspace's view of the catalog: its own tests, and the tests it has disabled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from fourfold.config.engine import FLOOR_TESTS, SafetyConfig
from fourfold.persona import Document
from fourfold.provocation.definition import ProvocationTest

MOST_OWN_TESTS = 100
# A plan holds the text of every test in one DynamoDB item of at most 400 KB; the shipped tests take 80 KB.
MOST_OWN_BYTES = 250_000


class WorkspaceTest(Document):
    """A workspace's entry for one test: its own test (null for a shipped one), and whether it is enabled."""

    id: str
    test: ProvocationTest | None = None
    enabled: bool = True
    updated_at: datetime


def floor_setting(test_id: str) -> str | None:
    """The safety setting that a test verifies, or None."""
    return FLOOR_TESTS.get(test_id)


def is_floor_test(test_id: str, safety: SafetyConfig) -> bool:
    """Whether a test must run, because it verifies a safety setting that is on."""
    setting = floor_setting(test_id)
    return setting is not None and bool(getattr(safety, setting))


class Available(Document):
    """A test of a workspace. `source` is `shipped` or `workspace`; `reason` says why a test is disabled."""

    test: ProvocationTest
    source: str
    enabled: bool
    reason: str | None = None


def available(
    shipped: Iterable[ProvocationTest],
    own: Mapping[str, WorkspaceTest],
    disabled: Iterable[str],
    safety: SafetyConfig,
) -> tuple[Available, ...]:
    """All tests of a workspace, shipped ones first.

    Args:
        shipped: the catalog.
        own: the workspace's entries, by test id.
        disabled: `engine.provocation.disabled_tests`.
        safety: the safety settings. A test that verifies one of them is always enabled.
    """
    disabled_ids = {*disabled}
    replaced = {
        entry.test.instead_of: entry.id
        for entry in own.values()
        if entry.enabled and entry.test and entry.test.instead_of
    }
    found = [*((test, "shipped") for test in shipped)]
    found += [(entry.test, "workspace") for entry in own.values() if entry.test is not None]
    answer = []
    for test, source in found:
        entry, reason = own.get(test.id), None
        if test.deprecated_in is not None:
            reason = f"deprecated in {test.deprecated_in}"
        elif is_floor_test(test.id, safety):
            reason = None
        elif test.id in replaced:
            reason = f"replaced by {replaced[test.id]}"
        elif test.id in disabled_ids:
            reason = "engine.provocation.disabled_tests"
        elif entry is not None and not entry.enabled:
            reason = "disabled by the workspace"
        answer.append(Available(test=test, source=source, enabled=reason is None, reason=reason))
    return tuple(answer)
