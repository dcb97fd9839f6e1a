"""`python -m infra.deploy <stage> [-c name=value ...]`: check the account, then deploy both stacks to it.

A stack is locked against deletion only after its first creation has succeeded. Until then CloudFormation must be able
to roll it back, and the next deployment to delete its remains.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.account_clients import clients_of
from infra.account_context import account_context
from infra.cdk_command import Cdk, cdk, context_of, with_context
from infra.preflight.checks import Target, run
from infra.preflight.findings import screen
from infra.settings import STACKS, StageSettings, stage_settings
from infra.stack_status import established

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient


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


def _arguments(context: Sequence[str], created: Sequence[str]) -> list[str]:
    return ["deploy", "--all", *context, "-c", f"established={','.join(created) or 'none'}"]


def main(arguments: Sequence[str], cdk: Cdk = cdk, session: boto3.Session | None = None) -> int:
    """Returns the exit status: 1 where something is missing, and then nothing was deployed."""
    if not arguments:
        sys.stderr.write("usage: python -m infra.deploy <stage> [-c name=value ...]\n")
        return 2
    stage, *options = arguments
    session = session or boto3.Session()
    try:
        given = context_of(options)
        settings = stage_settings(stage, **given)
        if session.region_name:
            given, settings = _with_account(stage, given, settings, session)
        findings = run(Target(settings, session.region_name, clients_of(session)), given.get("providers", ""))
        sys.stdout.write(screen(stage, findings))
        if any(finding.level == "missing" for finding in findings):
            return 1
        return deploy(settings, with_context(stage, given), session.client("cloudformation"), cdk)
    except (ValueError, BotoCoreError, ClientError) as unusable:
        sys.stderr.write(f"Nothing was deployed: {unusable}\n")
        return 1


def _with_account(
    stage: str, given: dict[str, str], settings: StageSettings, session: boto3.Session
) -> tuple[dict[str, str], StageSettings]:
    """The context with what depends on the account; unchanged where the account cannot be read."""
    try:
        given = {**account_context(settings, clients_of(session)), **given}
    except (BotoCoreError, ClientError):  # the check of the account says why
        return given, settings
    return given, stage_settings(stage, **given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
