"""How many of the account's concurrent executions each function reserves, where the account has enough.

A reservation is both a guarantee and an upper bound: with it, no class of work (requests, steps, jobs, pushes or
webhooks) can take the environments of another. A new account has ten executions and may reserve none, so a stage
reserves only where `concurrency` is `reserved`, which `infra.deploy` chooses.
"""

from __future__ import annotations

from typing import Final, Literal

from botocore.exceptions import ClientError

from fourfold.steps import StepName
from infra.account_clients import Clients
from infra.settings import SERVICE, StageSettings

_REQUESTS: Final = 300
# A persona is in one step at a time, and `audit` runs as often as any other.
_EACH_STEP: Final = 40
_FIXED: Final = {
    "api": _REQUESTS,
    **{step.value: _EACH_STEP for step in StepName},
    "evaluation_judge": 20,
    "webhook_fanout": 5,
    "webhook_dispatch": 40,
    "progress_push": 20,
    "progress_connection": 50,
}
_JOBS: Final = ("fingerprint", "provocation")
# Lambda keeps 100 executions that cannot be reserved; what ends runs and publishes events shares them.
UNRESERVED: Final = 200


def reserved_executions(function: str, settings: StageSettings) -> int | None:
    """What the function (its folder under functions/) reserves in this stage; None: it shares the account's rest."""
    if settings.concurrency == "shared":
        return None
    return settings.job_concurrency if function in _JOBS else _FIXED.get(function)


def total_reserved(settings: StageSettings) -> int:
    """The executions that all functions of a stage reserve together."""
    return sum(_FIXED.values()) + len(_JOBS) * settings.job_concurrency


def choose_concurrency(settings: StageSettings, clients: Clients) -> Literal["shared", "reserved"]:
    """`reserved` where the account has UNRESERVED executions left beside this stage's reservations, else `shared`.

    Raises:
        ClientError: the account's limits or the stage's stack cannot be read.
    """
    free = clients("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    needed = total_reserved(settings)
    own = needed if _reserves_already(settings, clients) else 0
    return "reserved" if free + own - needed >= UNRESERVED else "shared"


def _reserves_already(settings: StageSettings, clients: Clients) -> bool:
    """Whether the deployed stage reserves executions, which the account's free ones then do not include."""
    try:
        [stack] = clients("cloudformation").describe_stacks(StackName=settings.stack_name(SERVICE))["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if "ApiFunctionName" not in outputs:
        return False
    found = clients("lambda").get_function_concurrency(FunctionName=outputs["ApiFunctionName"])
    return "ReservedConcurrentExecutions" in found
