"""The process group of the workers that a module's tests start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.process_group import ProcessGroup


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    made = ProcessGroup()
    yield made
    made.end()
