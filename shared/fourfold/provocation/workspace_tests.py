"""What a workspace makes of the catalog: tests of its own, and those it has switched off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from fourfold.config.engine import FLOOR_TESTS, SafetyConfig
from fourfold.persona import Document
from fourfold.provocation.definition import ProvocationTest

MOST_OWN_TESTS = 100
# A run's plan holds every test as it is worded, in one item of at most 400 KB; the shipped ones take 80 of them.
MOST_OWN_BYTES = 250_000


class WorkspaceTest(Document):
    """A workspace's word on one test: `test` is its own (null for a shipped one), `enabled` whether it is run."""

    id: str
    test: ProvocationTest | None = None
    enabled: bool = True
    updated_at: datetime


def floor_setting(test_id: str) -> str | None:
    """The setting of the safety floor that a test proves, or None."""
    return FLOOR_TESTS.get(test_id)


def is_floor_test(test_id: str, safety: SafetyConfig) -> bool:
    """Whether a test must run: it proves a part of the safety floor that holds."""
    setting = floor_setting(test_id)
    return setting is not None and bool(getattr(safety, setting))


class Available(Document):
    """A test as a workspace has it: `source` shipped or workspace; `reason` says why it is not run, if it is not."""

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
        own: the workspace's words, by test id.
        switched_off: `engine.provocation.disabled_tests`.
        safety: the safety floor; what proves it runs whatever else is said.
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
            reason = f"{replaced[test.id]} takes its place"
        elif test.id in disabled_ids:
            reason = "engine.provocation.disabled_tests"
        elif entry is not None and not entry.enabled:
            reason = "switched off by the workspace"
        answer.append(Available(test=test, source=source, enabled=reason is None, reason=reason))
    return tuple(answer)
