"""The account's Lambda concurrency: how much a stage gets, and whether some of it can be reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.preflight.findings import Finding

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

# A persona holds one environment of the API and one of a step; its jobs and pushes hold three more for a minute.
_ENVIRONMENTS_OF_A_PERSONA: Final = 5
_ADVISED: Final = 1000


def check(functions: LambdaClient) -> list[Finding]:
    """The account's concurrent executions; fewer than a new account's later default are noted."""
    limit = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit >= _ADVISED:
        return [Finding("ok", "Concurrency", f"{limit} concurrent executions")]
    text = f"{limit} concurrent executions: {limit // _ENVIRONMENTS_OF_A_PERSONA} personas at once"
    return [Finding("note", "Concurrency", text, f"Service Quotas, Lambda, Concurrent executions: ask for {_ADVISED}")]
