"""The account's Lambda concurrency: how much a stage gets, and whether some of it can be reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.preflight.findings import Finding
from infra.reserved_concurrency import UNRESERVED, total_reserved
from infra.settings import StageSettings

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

# A persona holds one environment of the API and one of a step; its jobs and pushes hold three more for a minute.
_ENVIRONMENTS_OF_A_PERSONA: Final = 5
_ADVISED: Final = 1000


def check(functions: LambdaClient, settings: StageSettings) -> list[Finding]:
    """The account's concurrent executions, and whether the stage reserves some of them for each function."""
    limit = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if settings.concurrency == "reserved":
        return [Finding("ok", "Concurrency", f"{total_reserved(settings)} of {limit} concurrent executions reserved")]
    needed = total_reserved(settings) + UNRESERVED
    text = (
        f"{limit} concurrent executions: {limit // _ENVIRONMENTS_OF_A_PERSONA} personas at once;"
        f" none reserved, which needs {needed} free ones"
    )
    asked = max(_ADVISED, needed)
    return [Finding("note", "Concurrency", text, f"Service Quotas, Lambda, Concurrent executions: ask for {asked}")]
