"""The served API does what its openapi.json says, whatever is sent. `benchmarks.schemathesis_run` sends more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.settings import Settings
from fourfold.jobs.job import fail_job
from fourfold.jobs.message import JobMessage
from fourfold.problem import problem
from functions import wiring
from functions.api.runs import job_requests as jobs
from functions.api.webhooks import deliveries
from functions.api.webhooks import targets as webhook_targets
from tests.contract.api.conftest import FULL_KEY, Live, use_settings
from tests.contract.api.schemathesis_run import walk

EXAMPLES = 10


def end_job(body: str) -> None:
    """Ends a job at once, since whoever follows its log waits for that: nobody needs the results of hundreds."""
    order = JobMessage.model_validate_json(body)
    run = wiring.job_store().run(order.workspace_id, order.run_id)
    if run is not None:
        fail_job(run, problem("job_failed", "The job failed", 500, "Ask for it again."), wiring.job_context())


@pytest.mark.deep(part="schemathesis")
@pytest.mark.timeout(1800)
def test_every_operation_keeps_its_description(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unhurried = Settings(api=ApiConfig(limits=LimitsConfig(requests_per_minute=100_000, concurrent_generations=100)))
    use_settings(monkeypatch, unhurried)
    with ThreadPoolExecutor(2) as worker:

        def send_message(QueueUrl: str, MessageBody: str, MessageGroupId: str) -> None:  # noqa: ARG001, N803 - boto's names
            worker.submit(end_job, MessageBody)

        monkeypatch.setattr(webhook_targets, "resolve", lambda _host, _port: ["93.184.215.14"])
        monkeypatch.setattr(deliveries, "enqueue", lambda _errands: None)
        monkeypatch.setattr(jobs, "queues", lambda: SimpleNamespace(send_message=send_message))
        live.api.app.openapi()  # built before schemathesis waits ten seconds for it
        done = walk(live.url, [FULL_KEY], EXAMPLES, tmp_path)
    assert done.failures == 0, done.said
    assert done.report["exit_code"] == 0, done.said
    tested, total = done.operations
    assert tested == total == len([1 for methods in live.api.app.openapi()["paths"].values() for _ in methods])
    assert done.report["phases"].keys() >= {"examples", "coverage", "fuzzing", "stateful"}
    assert done.cases > 10 * total
