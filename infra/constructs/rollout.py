"""A new version of the API gets a tenth of the requests first, and all after five minutes without an alarm.

Why the others change at once, and which alarms end a rollout: decision 75.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from aws_cdk import Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from fourfold.steps import StepName
from infra.constructs.acknowledgements import CODE_DEPLOY
from infra.constructs.python_function import PythonFunction

# Functions whose errors are summed for an alarm: CloudWatch takes ten metrics in a sum, CodeDeploy ten alarms. The API
# is not among them: what goes wrong there is a server error of the gateway.
WATCHED_TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    "StepErrorsInAMinute": (*(step.value for step in StepName), "store_persona", "fail_run"),
    "JobErrorsInAMinute": (
        "fingerprint",
        "provocation",
        "evaluation_start",
        "evaluation_judge",
        "evaluation_conclude",
        "evaluation_expiry",
        "execution_ended",
    ),
    "DeliveryErrorsInAMinute": (
        "progress_connection",
        "progress_push",
        "publish_events",
        "webhook_fanout",
        "webhook_dispatch",
    ),
}


class Rollout(Construct):
    """Shifts the alias of `function` by CodeDeploy. An alarm during the shift gives all requests to the former version.

    CloudFormation waits for the shift, and a rollback fails the deployment, so that CloudFormation gives all other
    functions their former versions too. The shift begins when all `others` have their new versions: these change at
    once, and the alarms watch them as well.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: PythonFunction,
        others: Iterable[PythonFunction],
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, construct_id)
        function.handler.node.add_dependency(*(other.handler for other in others))
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
