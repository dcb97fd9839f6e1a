"""The state machine of evaluations, and the functions it invokes beside the pipeline's."""

from __future__ import annotations

import json
from typing import Final, cast

from aws_cdk import Aws, CfnElement, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.access import Access, Grant, merged
from infra.constructs.acknowledgements import STATE_MACHINE_LOGS, any_execution_of
from infra.constructs.evaluation_definition import CONCLUDE_TIMEOUT_S, JUDGE_TIMEOUT_S, evaluation_definition
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.model_access import model_access
from infra.constructs.pipeline import Pipeline
from infra.constructs.pipeline_definition import STORE_TIMEOUT_S
from infra.constructs.python_function import FunctionSpec, PythonFunction
from infra.constructs.tables import Tables
from infra.settings import StageSettings

# A vCPU (decision 37): the report of a large evaluation is arithmetic.
CONCLUDE_MEMORY_MB: Final = 1769


class Evaluations(Construct):
    """A Standard workflow that invokes its own functions and starts executions of the pipeline."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        functions: FunctionFactory,
        tables: Tables,
        pipeline: Pipeline,
    ) -> None:
        super().__init__(scope, construct_id)
        invoked: dict[str, PythonFunction] = {
            "evaluation_start": functions.make("EvaluationStart", _start_spec(functions, tables)),
            "evaluation_judge": functions.make("EvaluationJudge", _judge_spec(settings, functions, tables)),
            "evaluation_conclude": functions.make("EvaluationConclude", _conclude_spec(functions, tables)),
        }
        arns = {name: function.arn for name, function in invoked.items()}
        definition = evaluation_definition(
            functions=arns, pipeline=pipeline.machine.state_machine_arn, partition=Aws.PARTITION
        )
        self.machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            tracing_enabled=True,
            removal_policy=settings.removal_policy,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self, "Logs", retention=settings.log_retention, removal_policy=settings.removal_policy
                ),
                level=sfn.LogLevel.ALL,
                # The input of a cell holds its brief, which must not be logged.
                include_execution_data=False,
            ),
        )
        pipeline_id = Stack.of(self).get_logical_id(cast("CfnElement", pipeline.machine.node.default_child))
        for statement in _statements(list(arns.values()), pipeline):
            self.machine.add_to_role_policy(statement)
        Validations.of(self.machine.role).acknowledge(STATE_MACHINE_LOGS, any_execution_of(pipeline_id))
        self._let_it_map()

    def _let_it_map(self) -> None:
        """Lets the distributed Map start, watch and stop its child executions, which are of the machine itself.

        The policy is one of its own: the machine waits for its role's default policy, which may not name the machine.
        """
        machine = cast("CfnElement", self.machine.node.default_child)
        policy = iam.Policy(
            self,
            "ChildExecutions",
            roles=[self.machine.role],
            statements=[
                iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.machine.state_machine_arn]),
                iam.PolicyStatement(
                    actions=["states:DescribeExecution", "states:StopExecution"],
                    resources=[_executions_of(self.machine)],
                ),
            ],
        )
        Validations.of(policy).acknowledge(any_execution_of(Stack.of(self).get_logical_id(machine)))

    def access(self) -> Access:
        """The right to start an evaluation's execution."""
        arn = self.machine.state_machine_arn
        return Access(
            environment={"FOURFOLD_EVALUATION_MACHINE_ARN": arn}, grants=[Grant(("states:StartExecution",), arn)]
        )


def _statements(functions: list[str], pipeline: Pipeline) -> list[iam.PolicyStatement]:
    """What the machine may do: `.sync` watches the executions that it started by a rule of Step Functions' own."""
    executions = _executions_of(pipeline.machine)
    rule = "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
    return [
        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions),
        iam.PolicyStatement(actions=["states:StartExecution"], resources=[pipeline.machine.state_machine_arn]),
        iam.PolicyStatement(actions=["states:DescribeExecution", "states:StopExecution"], resources=[executions]),
        iam.PolicyStatement(
            actions=["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            resources=[f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:{rule}"],
        ),
    ]


def _executions_of(machine: sfn.StateMachine) -> str:
    name = machine.state_machine_name
    return f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:execution:{name}:*"


def _start_spec(functions: FunctionFactory, tables: Tables) -> FunctionSpec:
    """Stores a run with its persona, its slot and its event, as the API does."""
    return FunctionSpec(
        name="evaluation_start",
        timeout_s=STORE_TIMEOUT_S,
        access=[
            merged(
                tables.personas.access(
                    "GetItem", "BatchGetItem", "PutItem", "DeleteItem", "Query", "ConditionCheckItem"
                ),
                tables.run_events.access("PutItem", "Query"),
                tables.outbox.access("PutItem"),
                tables.idempotency.access("GetItem"),
            )
        ],
        layers=[functions.runtime_layer],
    )


def _judge_spec(settings: StageSettings, functions: FunctionFactory, tables: Tables) -> FunctionSpec:
    return FunctionSpec(
        name="evaluation_judge",
        timeout_s=JUDGE_TIMEOUT_S,
        access=[
            merged(
                tables.personas.access("GetItem", "PutItem", "UpdateItem", "ConditionCheckItem"),
                tables.run_events.access("PutItem", "Query"),
                model_access(settings),
            )
        ],
        layers=[functions.models_layer],
    )


def _conclude_spec(functions: FunctionFactory, tables: Tables) -> FunctionSpec:
    return FunctionSpec(
        name="evaluation_conclude",
        timeout_s=CONCLUDE_TIMEOUT_S,
        memory_mb=CONCLUDE_MEMORY_MB,
        access=[
            merged(
                tables.personas.access("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"),
                tables.run_events.access("PutItem", "Query"),
                tables.outbox.access("PutItem"),
            )
        ],
        layers=[functions.runtime_layer],
    )
