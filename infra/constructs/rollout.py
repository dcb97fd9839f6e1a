"""A new version of the API gets a tenth of the requests first, and all after five minutes without an alarm."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.acknowledgements import CODE_DEPLOY
from infra.constructs.python_function import PythonFunction


class Rollout(Construct):
    """Shifts the alias of `function` by CodeDeploy. An alarm during the shift gives all requests to the former version.

    CloudFormation waits for the shift, and a rollback fails the deployment. Steps and consumers change at once: a run
    that is in progress meets both versions anyway, as its state and its events are readable by both.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, function: PythonFunction, alarms: Sequence[cloudwatch.IAlarm]
    ) -> None:
        super().__init__(scope, construct_id)
        policy = iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSCodeDeployRoleForLambdaLimited")
        role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"), managed_policies=[policy]
        )
        Validations.of(role).acknowledge(CODE_DEPLOY)
        codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            alias=function.handler,
            role=role,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=list(alarms),
            auto_rollback=codedeploy.AutoRollbackConfig(
                deployment_in_alarm=True, failed_deployment=True, stopped_deployment=True
            ),
        )
