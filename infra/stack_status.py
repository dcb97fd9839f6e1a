"""The state of a stage's CloudFormation stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from infra.settings import STACKS, StageSettings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

# A stack has one of these states only before its first creation succeeded, or after its deletion.
_NEVER_CREATED: Final = frozenset(
    {
        "CREATE_FAILED",
        "CREATE_IN_PROGRESS",
        "DELETE_COMPLETE",
        "DELETE_FAILED",
        "DELETE_IN_PROGRESS",
        "REVIEW_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "ROLLBACK_IN_PROGRESS",
    }
)


def established(settings: StageSettings, cloudformation: CloudFormationClient) -> tuple[str, ...]:
    """The stage's stacks that have been created.

    Raises:
        ClientError: CloudFormation refuses to describe a stack.
    """
    return tuple(
        stack
        for stack in STACKS
        if status_of(cloudformation, settings.stack_name(stack)) not in {None, *_NEVER_CREATED}
    )


def status_of(cloudformation: CloudFormationClient, name: str) -> str | None:
    """The status of the stack `name`; None where there is none.

    Raises:
        ClientError: CloudFormation refuses to describe the stack.
    """
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
