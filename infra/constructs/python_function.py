"""A Lambda function as fourfold wants it: its own role, its own log group, arm64, traced, bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import StageSettings

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on exactly the resources named, never a wildcard."""

    actions: Sequence[str]
    resource: str


class PythonFunction(Construct):
    """The function of functions/<name>, allowed to write its logs and traces and what `grants` say.

    `handler` is what events, machines and APIs invoke, `arn` its ARN.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        settings: StageSettings,
        code: lambda_.Code,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        grants: Sequence[Grant],
        timeout: Duration,
        memory_mb: int,
        handler: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self, "Logs", retention=settings.log_retention, removal_policy=settings.removal_policy
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        for grant in grants:
            self.role.add_to_policy(iam.PolicyStatement(actions=list(grant.actions), resources=[grant.resource]))
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"fourfold: {name}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler=handler or f"functions.{name}.handler.handler",
            code=code,
            layers=list(layers),
            role=self.role,
            log_group=log_group,
            timeout=timeout,
            memory_size=memory_mb,
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                "FOURFOLD_STAGE": settings.name,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_LOG_LEVEL": settings.log_level,
                "POWERTOOLS_METRICS_NAMESPACE": "fourfold",
                **environment,
            },
        )
        self.handler: lambda_.IFunction = self.function
        self.arn = self.handler.function_arn
