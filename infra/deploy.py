"""`python -m infra.deploy <stage> [-c name=value ...]`: deploy both stacks to the AWS account of the environment.

A stack is locked against deletion only after its first creation has succeeded. Until then CloudFormation must be able
to roll it back, and the next deployment to delete its remains.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.settings import STACKS, StageSettings, stage_settings

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

Cdk = Callable[[Sequence[str]], int]
"""Runs the CDK CLI with arguments; returns its exit status."""


def deploy(settings: StageSettings, context: Sequence[str], cloudformation: CloudFormationClient, cdk: Cdk) -> int:
    """Deploy, and again to lock a protected stack that the first deployment created. Returns the CLI's exit status.

    Args:
        settings: the stage.
        context: `-c name=value ...` for the CDK app.
        cloudformation: a client for the account and region to deploy to.
        cdk: runs the CDK CLI.
    """
    before = established(settings, cloudformation)
    status = cdk(_arguments(context, before))
    if status == 0 and settings.protected and set(before) != set(STACKS):
        status = cdk(_arguments(context, established(settings, cloudformation)))
    return status


def established(settings: StageSettings, cloudformation: CloudFormationClient) -> tuple[str, ...]:
    """The stage's stacks that have been created.

    Raises:
        ClientError: CloudFormation refuses to describe a stack.
    """
    return tuple(
        stack for stack in STACKS if _status(cloudformation, settings.stack_name(stack)) not in {None, *_NEVER_CREATED}
    )


def _status(cloudformation: CloudFormationClient, name: str) -> str | None:
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _arguments(context: Sequence[str], created: Sequence[str]) -> list[str]:
    return ["deploy", "--all", *context, "-c", f"established={','.join(created) or 'none'}"]


def _cdk(arguments: Sequence[str]) -> int:
    return subprocess.run(["cdk", *arguments], check=False).returncode  # noqa: S607 - the virtual environment's


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status."""
    if not arguments:
        sys.stderr.write("usage: python -m infra.deploy <stage> [-c name=value ...]\n")
        return 2
    stage, *context = arguments
    try:
        settings = stage_settings(stage)
        return deploy(settings, ["-c", f"stage={stage}", *context], boto3.client("cloudformation"), _cdk)
    except (ValueError, BotoCoreError, ClientError) as unusable:
        sys.stderr.write(f"Nothing was deployed: {unusable}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
