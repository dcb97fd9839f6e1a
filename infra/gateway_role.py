"""Whose role an account's API Gateways log with: this stage's own, or one that is set already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError

from infra.account_clients import Clients
from infra.settings import SERVICE, StageSettings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient


def choose_gateway_account(settings: StageSettings, clients: Clients) -> Literal["own", "shared"]:
    """`shared` where the account has a working role that is not of this stage's stack, else `own`.

    Raises:
        ClientError: the account, its role or the stack cannot be read.
    """
    arn = clients("apigateway").get_account().get("cloudwatchRoleArn", "")
    if not arn:
        return "own"
    iam, name = clients("iam"), arn.rsplit("/", 1)[-1]
    try:
        iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return "own"
    return "own" if name in _roles_of(settings, clients("cloudformation")) else "shared"


def _roles_of(settings: StageSettings, cloudformation: CloudFormationClient) -> set[str]:
    """The names of the roles of the stage's service stack; empty where there is no stack."""
    try:
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=settings.stack_name(SERVICE))
        found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    except ClientError as error:
        if "does not exist" in str(error):
            return set()
        raise
    return {
        resource.get("PhysicalResourceId", "") for resource in found if resource["ResourceType"] == "AWS::IAM::Role"
    }
