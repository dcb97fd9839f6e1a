"""The role with which API Gateway writes logs: one for all APIs of an account and region.

The first stage of an account makes the role and sets it. A later one is deployed with `gateway_account=shared`, which
`infra.deploy` chooses where a role is set: it neither replaces the role of another stage nor needs one of its own.
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from infra.constructs.acknowledgements import GATEWAY_LOGS
from infra.settings import StageSettings


class GatewayAccount(Construct):
    """The account's setting and its role, which are retained when the stack is deleted: other stages may use them."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, construct_id)
        self._account: apigateway.CfnAccount | None = None
        if settings.gateway_account == "shared":
            return
        policy = iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"), managed_policies=[policy]
        )
        self._account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        for kept in (role, self._account):
            kept.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        Validations.of(role).acknowledge(GATEWAY_LOGS)

    def needed_by(self, stage: IConstruct) -> None:
        """Creates the API stage after the role: API Gateway refuses a stage that logs in an account without one."""
        if self._account:
            stage.node.add_dependency(self._account)
