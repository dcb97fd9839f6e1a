"""An execution is started once for its name, as Step Functions answers for a name that exists."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber

from fourfold.pipeline.submit import NotStartedError
from functions.api.runs import start_execution as starts

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:evaluations"


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "stepfunctions", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    monkeypatch.setenv(starts.EVALUATION_MACHINE, MACHINE)
    monkeypatch.setattr(starts, "stepfunctions", lambda: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("code", ["ExecutionAlreadyExists", "ExecutionLimitExceeded"])
def test_a_name_that_exists_counts_as_started(states: Stubber, code: str) -> None:
    """AWS answers so if the execution has ended, or runs with another input."""
    sent = {"stateMachineArn": MACHINE, "name": "run_1", "input": "{}"}
    states.add_client_error("start_execution", code, "it quotes the input", 400, expected_params=sent)
    if code == "ExecutionAlreadyExists":
        starts.start_execution("run_1", "{}", starts.EVALUATION_MACHINE)
    else:
        with pytest.raises(NotStartedError):
            starts.start_execution("run_1", "{}", starts.EVALUATION_MACHINE)
