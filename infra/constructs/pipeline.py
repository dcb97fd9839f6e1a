"""The state machine that makes a persona."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import Aws, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.acknowledgements import STATE_MACHINE_LOGS
from infra.constructs.pipeline_definition import pipeline_definition
from infra.constructs.python_function import PythonFunction
from infra.settings import StageSettings


class Pipeline(Construct):
    """A Standard workflow, allowed to invoke `functions` and nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        functions: Mapping[str, PythonFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        arns = {name: function.arn for name, function in functions.items()}
        definition = pipeline_definition(functions=arns, partition=Aws.PARTITION)
        self.machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            tracing_enabled=True,
            removal_policy=settings.removal_policy,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self,
                    "Logs",
                    retention=settings.log_retention,
                    removal_policy=settings.removal_policy,
                ),
                level=sfn.LogLevel.ALL,
                # What the states carry is the persona: it stays out of the logs.
                include_execution_data=False,
            ),
        )
        self.machine.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(arns.values()))
        )
        Validations.of(self.machine.role).acknowledge(STATE_MACHINE_LOGS)
