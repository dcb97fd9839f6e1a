"""The tree of settings and its naive reference agree, whatever is done to them."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.examples import examples
from tests.unit.config.reference import Histories

TestHistories = pytest.mark.random(Histories.TestCase)
TestHistories.settings = settings(max_examples=examples(15, 800), stateful_step_count=30, deadline=None)
