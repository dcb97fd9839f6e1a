"""A Lambda function as fourfold wants it: its own role, its own log group, arm64, traced, bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledgements import NO_DEAD_LETTERS, TRACING
from infra.settings import StageSettings

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on exactly the resource named (an ARN), never a wildcard."""

    actions: Sequence[str]
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """What one function is. `name` is its folder under functions/; `program`, if set, a file to run instead of its
    handler (Lambda Web Adapter); `timeout_s` in seconds (900 at most), `memory_mb` in MiB. `acknowledgements` are
    findings of cdk-nag that its grants raise and that are meant.
    """

    name: str
    timeout_s: int
    grants: Sequence[Grant]
    acknowledgements: Sequence[Acknowledgment] = ()
    layers: Sequence[lambda_.ILayerVersion]
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_mb: int = 512
    program: str | None = None


class PythonFunction(Construct):
    """The function of `spec`, allowed to write its logs and traces and what its grants say.

    `handler` is what machines, queues and APIs invoke, and `arn` its ARN: an alias on the newest version, so a caller
    never meets a half-made update and, where the stage asks for it, starts from a snapshot. `function` is behind it.
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
        for grant in spec.grants:
            role.add_to_policy(iam.PolicyStatement(actions=list(grant.actions), resources=[grant.resource]))
        Validations.of(role).acknowledge(TRACING, *spec.acknowledgements)
        # Restoring from a snapshot is the business of the runtime's own client, which a program of ours replaces.
        snap_start = settings.snap_start and spec.program is None
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
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            environment={
                "FOURFOLD_STAGE": settings.name,
                "POWERTOOLS_SERVICE_NAME": spec.name,
                "POWERTOOLS_LOG_LEVEL": settings.log_level,
                "POWERTOOLS_METRICS_NAMESPACE": "fourfold",
                **spec.environment,
            },
        )
        Validations.of(self.function).acknowledge(NO_DEAD_LETTERS)
        self.handler = lambda_.Alias(self, "Live", alias_name="live", version=self.function.current_version)
        self.arn: str = self.handler.function_arn
