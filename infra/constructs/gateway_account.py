"""The role with which API Gateway writes logs: one for all APIs of an account and region."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from infra.constructs.acknowledgements import GATEWAY_LOGS


class GatewayAccount(Construct):
    """The account's setting and its role, which are retained when the stack is deleted: other stages may use them."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
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
        stage.node.add_dependency(self._account)
