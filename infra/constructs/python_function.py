"""A Lambda function with a role and a log group of its own: arm64, X-Ray tracing, a timeout, the alias `live`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.access import Access, merged
from infra.constructs.acknowledgements import NO_DEAD_LETTERS, TRACING
from infra.reserved_concurrency import reserved_executions
from infra.settings import StageSettings

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """What distinguishes one function from another.

    `name` is its folder under functions/. `timeout_s` is in seconds (at most 900), `memory_mb` in MiB; Lambda gives a
    vCPU for 1,769 MiB, and a share of it for less. `access` is everything it may touch beside its logs and traces.
    `awaited`: a caller waits for its result, so a stage with SnapStart starts it from a snapshot. `program` is a file
    to run instead of the handler (Lambda Web Adapter).
    """

    name: str
    timeout_s: int
    access: Sequence[Access]
    layers: Sequence[lambda_.ILayerVersion]
    memory_mb: int = 512
    awaited: bool = False
    program: str | None = None


class PythonFunction(Construct):
    """The function of `spec`, with a role that allows its logs, its traces and its grants.

    `handler` is the alias that state machines, queues and APIs invoke, and `arn` the alias's ARN: callers get a
    published version, never a half-finished update, and with SnapStart its snapshot. `function` is the function itself.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        spec: FunctionSpec,
        *,
        settings: StageSettings,
        code: lambda_.Code,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self, "Logs", retention=settings.log_retention, removal_policy=settings.removal_policy
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        access = merged(*spec.access)
        for grant in access.grants:
            role.add_to_policy(iam.PolicyStatement(actions=list(grant.actions), resources=[grant.resource]))
        Validations.of(role).acknowledge(TRACING, *access.acknowledgements)
        snap_start = settings.snap_start and spec.awaited
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"fourfold: {spec.name}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler=spec.program or f"functions.{spec.name}.handler.handler",
            code=code,
            layers=list(spec.layers),
            role=role,
            log_group=log_group,
            timeout=Duration.seconds(spec.timeout_s),
            memory_size=spec.memory_mb,
            reserved_concurrent_executions=reserved_executions(spec.name, settings),
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            environment={
                "FOURFOLD_STAGE": settings.name,
                "POWERTOOLS_SERVICE_NAME": spec.name,
                "POWERTOOLS_LOG_LEVEL": settings.log_level,
                "POWERTOOLS_METRICS_NAMESPACE": "fourfold",
                **access.environment,
            },
        )
        Validations.of(self.function).acknowledge(NO_DEAD_LETTERS)
        self.handler = lambda_.Alias(self, "Live", alias_name="live", version=self.function.current_version)
        self.arn: str = self.handler.function_arn
