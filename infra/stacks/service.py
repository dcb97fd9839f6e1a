"""The stateless stack: functions, state machine, API, queues. Wiring only; it can be thrown away and made again."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, CfnOutput, Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from fourfold.steps import STEP_ORDER
from infra.constructs.api import (
    STREAM_TIMEOUT,
    WEB_ADAPTER_ACCOUNT,
    WEB_ADAPTER_ENVIRONMENT,
    WEB_ADAPTER_LAYER,
    Api,
)
from infra.constructs.bundling import PackageLayer
from infra.constructs.observability import Observability
from infra.constructs.pipeline import Pipeline
from infra.constructs.pipeline_definition import STATE_NAMES, STEP_TIMEOUT_S, STORE_TIMEOUT_S
from infra.constructs.product_code import product_code
from infra.constructs.python_function import Grant, PythonFunction
from infra.constructs.run_failures import RunFailures
from infra.settings import StageSettings
from infra.stacks.data import DataStack

_APPEND_EVENTS = ("dynamodb:PutItem", "dynamodb:Query")
_END_RUN = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem")


class ServiceStack(Stack):
    """Who may touch what is decided here, in one place."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings, data: DataStack) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=f"fourfold-{settings.name}-service",
            description="fourfold: pipeline, functions and REST API",
            termination_protection=settings.protected,
            tags=settings.tags,
        )
        self._settings = settings
        self._data = data
        self._code = product_code()
        self._runtime_layer = PackageLayer(self, "RuntimeLayer", name="runtime")

        events_env = {"FOURFOLD_RUN_EVENTS_TABLE": data.run_events.table_name}
        run_env = {**events_env, "FOURFOLD_PERSONAS_TABLE": data.personas.table_name}
        append_events = Grant(_APPEND_EVENTS, data.run_events.table_arn)
        end_run = Grant(_END_RUN, data.personas.table_arn)
        publish = Grant(("events:PutEvents",), data.bus.event_bus_arn)

        invoked = {
            step.value: self._function(
                STATE_NAMES[step],
                step.value,
                environment=events_env,
                grants=[append_events],
                timeout=Duration.seconds(STEP_TIMEOUT_S),
            )
            for step in STEP_ORDER
        }
        for construct_id_, name in (("StorePersona", "store_persona"), ("FailRun", "fail_run")):
            invoked[name] = self._function(
                construct_id_,
                name,
                environment=run_env,
                grants=[end_run, append_events],
                timeout=Duration.seconds(STORE_TIMEOUT_S),
            )
        pipeline = Pipeline(self, "Pipeline", settings=settings, functions=invoked, bus=data.bus)

        consumer_timeout = Duration.seconds(STORE_TIMEOUT_S)
        execution_ended = self._function(
            "ExecutionEnded",
            "execution_ended",
            environment={**run_env, "FOURFOLD_EVENT_BUS": data.bus.event_bus_name},
            grants=[end_run, append_events, publish],
            timeout=consumer_timeout,
        )
        run_failures = RunFailures(
            self,
            "RunFailures",
            machine=pipeline.machine,
            consumer=execution_ended,
            consumer_timeout=consumer_timeout,
        )

        api_function = self._api_function(run_env, append_events, pipeline.machine.state_machine_arn)
        api = Api(self, "Api", settings=settings, function=api_function)
        Observability(
            self,
            "Observability",
            machine=pipeline.machine,
            rest_api=api.rest_api,
            dead_letters=run_failures.dead_letters,
        )
        CfnOutput(self, "StateMachineArn", value=pipeline.machine.state_machine_arn)
        CfnOutput(self, "ApiFunctionName", value=api_function.function.function_name)

    def _api_function(self, run_env: dict[str, str], append_events: Grant, machine_arn: str) -> PythonFunction:
        data = self._data
        adapter = lambda_.LayerVersion.from_layer_version_arn(
            self,
            "WebAdapterLayer",
            f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{WEB_ADAPTER_ACCOUNT}:layer:{WEB_ADAPTER_LAYER}",
        )
        return self._function(
            "ApiFunction",
            "api",
            handler="functions/api/run.sh",
            layers=[PackageLayer(self, "ApiLayer", name="api"), adapter],
            environment={
                **run_env,
                **WEB_ADAPTER_ENVIRONMENT,
                "FOURFOLD_IDEMPOTENCY_TABLE": data.idempotency.table_name,
                "FOURFOLD_API_KEYS_TABLE": data.api_keys.table_name,
                "FOURFOLD_STATE_MACHINE_ARN": machine_arn,
            },
            grants=[
                Grant(
                    ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"),
                    data.personas.table_arn,
                ),
                append_events,
                Grant(
                    ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
                    data.idempotency.table_arn,
                ),
                Grant(("dynamodb:GetItem",), data.api_keys.table_arn),
                Grant(("states:StartExecution",), machine_arn),
            ],
            timeout=STREAM_TIMEOUT,
        )

    def _function(
        self,
        construct_id: str,
        name: str,
        *,
        environment: dict[str, str],
        grants: Sequence[Grant],
        timeout: Duration,
        handler: str | None = None,
        layers: Sequence[lambda_.ILayerVersion] | None = None,
    ) -> PythonFunction:
        return PythonFunction(
            self,
            construct_id,
            name=name,
            settings=self._settings,
            code=self._code,
            layers=layers or [self._runtime_layer],
            environment=environment,
            grants=grants,
            timeout=timeout,
            memory_mb=512,
            handler=handler,
        )
