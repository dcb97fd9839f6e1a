"""The state machine that makes a persona, and the functions it invokes."""

from __future__ import annotations

import json

from aws_cdk import Aws, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from fourfold.pipeline.distinct_name import NAMING_STEPS
from fourfold.steps import StepName
from infra.constructs.access import Access, merged
from infra.constructs.acknowledgements import STATE_MACHINE_LOGS
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.model_access import model_access
from infra.constructs.pipeline_definition import STATE_NAMES, STEP_TIMEOUT_S, STORE_TIMEOUT_S, pipeline_definition
from infra.constructs.python_function import FunctionSpec, PythonFunction
from infra.constructs.tables import Tables
from infra.settings import StageSettings

# Of a step (decision 37).
_MEMORY_MB = 1024


class Pipeline(Construct):
    """A Standard workflow that may invoke its own functions and nothing else.

    `intent_parse` is the function of the first step, which the API also invokes without a run.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        functions: FunctionFactory,
        tables: Tables,
    ) -> None:
        super().__init__(scope, construct_id)
        steps = {
            step: functions.make(STATE_NAMES[step], _step_spec(step, settings, functions, tables)) for step in StepName
        }
        self.intent_parse = steps[StepName.INTENT_PARSE]
        invoked: dict[str, PythonFunction] = {
            **{step.value: function for step, function in steps.items()},
            "store_persona": functions.make("StorePersona", _ending_spec("store_persona", functions, tables)),
            "fail_run": functions.make("FailRun", _ending_spec("fail_run", functions, tables)),
        }
        self.machine = self._state_machine(settings, {name: function.arn for name, function in invoked.items()})

    def _state_machine(self, settings: StageSettings, function_arns: dict[str, str]) -> sfn.StateMachine:
        definition = pipeline_definition(functions=function_arns, partition=Aws.PARTITION)
        machine = sfn.StateMachine(
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
                # The states' data is the persona, which must not be logged.
                include_execution_data=False,
            ),
        )
        machine.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(function_arns.values()))
        )
        Validations.of(machine.role).acknowledge(STATE_MACHINE_LOGS)
        return machine


def run_ending_access(tables: Tables) -> Access:
    """What ends a run may touch: persona, run, the last event of its log and its outbox entries, in one transaction.

    BatchWriteItem removes the log of a run whose persona was deleted, DeleteItem what the run held of a budget.
    """
    return merged(
        tables.run_events.access("PutItem", "Query", "BatchWriteItem"),
        tables.personas.access("GetItem", "PutItem", "UpdateItem", "DeleteItem"),
        tables.outbox.access("PutItem"),
    )


def _step_spec(step: StepName, settings: StageSettings, functions: FunctionFactory, tables: Tables) -> FunctionSpec:
    return FunctionSpec(
        name=step.value,
        timeout_s=STEP_TIMEOUT_S,
        memory_mb=_MEMORY_MB,
        awaited=step is not StepName.SINGLE_CALL,  # the baseline of comparisons
        # The personas' table has the budgets of evaluations and of workspaces, and what runs hold of those.
        access=[
            tables.run_events.access("PutItem", "Query"),
            tables.personas.access("GetItem", "Query", "UpdateItem"),
            model_access(settings),
            *(_name_access(tables) if step in NAMING_STEPS else ()),
        ],
        layers=[functions.models_layer],
    )


def _name_access(tables: Tables) -> list[Access]:
    """What keeps names apart: the workspace's list of personas, and claims on names."""
    return [tables.personas.access("Query"), tables.idempotency.access("PutItem")]


def _ending_spec(name: str, functions: FunctionFactory, tables: Tables) -> FunctionSpec:
    return FunctionSpec(
        name=name,
        timeout_s=STORE_TIMEOUT_S,
        awaited=name == "store_persona",
        access=[run_ending_access(tables)],
        layers=[functions.runtime_layer],
    )
