"""Timeouts of the AWS clients: as their callers choose, and at least as long as the environment says."""

from __future__ import annotations

import pytest
from botocore.config import Config

from fourfold.aws import LEAST_TIMEOUT, client


@pytest.mark.parametrize(("least", "timeouts"), [(None, (2, 30)), ("10", (10, 30)), ("60", (60, 60))])
def test_a_timeout_is_never_shorter_than_the_environment_says(
    least: str | None, timeouts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    if least is None:
        monkeypatch.delenv(LEAST_TIMEOUT, raising=False)
    else:
        monkeypatch.setenv(LEAST_TIMEOUT, least)
    config = Config(connect_timeout=2, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})
    made = client("sqs", config).meta.config
    assert (made.connect_timeout, made.read_timeout) == timeouts
    assert made.retries["total_max_attempts"] == 3
