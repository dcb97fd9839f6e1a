"""The stateless stack: functions, state machine, API, queues. Wiring only; it can be thrown away and made again.

Who may touch what is decided here, in one place.
"""

from __future__ import annotations

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from fourfold.llm.model_names import OFFLINE
from fourfold.models.credentials import PROVIDERS
from fourfold.steps import StepName
from infra.constructs.api import (
    STREAM_TIMEOUT_S,
    WEB_ADAPTER_ACCOUNT,
    WEB_ADAPTER_ENVIRONMENT,
    WEB_ADAPTER_LAYER,
    Api,
)
from infra.constructs.bundling import PackageLayer
from infra.constructs.event_catalogue import EventCatalogue
from infra.constructs.gateway_account import GatewayAccount
from infra.constructs.jobs import BackgroundJob
from infra.constructs.model_access import model_access
from infra.constructs.observability import Observability
from infra.constructs.outbox import PUBLISHER_TIMEOUT_S, Outbox
from infra.constructs.pipeline import Pipeline
from infra.constructs.pipeline_definition import STATE_NAMES, STEP_TIMEOUT_S, STORE_TIMEOUT_S
from infra.constructs.product_code import product_code
from infra.constructs.progress import PROGRESS_TIMEOUT_S, ProgressApi
from infra.constructs.python_function import FunctionSpec, Grant, PythonFunction
from infra.constructs.run_failures import RunFailures
from infra.constructs.webhooks import DISPATCH_TIMEOUT_S, FAN_OUT_TIMEOUT_S, WebhookQueues, Webhooks
from infra.settings import SERVICE, StageSettings
from infra.stacks.data import DataStack

# Fifty short answers, ten at a time, take ten seconds; the rest is for a provider's bad day.
FINGERPRINT_TIMEOUT_S = 300
# A suite takes half a minute; what a worker did not get to, the next one goes on with.
PROVOCATION_TIMEOUT_S = 300


class ServiceStack(Stack):
    """Everything of one stage that holds no data of its own."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings, data: DataStack) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=settings.stack_name(SERVICE),
            description="fourfold: pipeline, functions and REST API",
            termination_protection=settings.locked(SERVICE),
            tags=settings.tags,
        )
        self._settings = settings
        self._data = data
        self._code = product_code()
        self._runtime_layer = PackageLayer(self, "RuntimeLayer", name="runtime")
        self._models_layer = PackageLayer(self, "ModelsLayer", name="models")
        self._events_env = {"FOURFOLD_RUN_EVENTS_TABLE": data.run_events.table_name}
        self._run_env = {**self._events_env, "FOURFOLD_PERSONAS_TABLE": data.personas.table_name}
        self._models = model_access(settings)
        # On the engine a process finds it in its own environment: which keys a developer has is no part of a template.
        named = {PROVIDERS: ",".join(settings.providers) or OFFLINE}
        self._providers_env = {} if settings.on_engine else named
        self._cors_env = {"FOURFOLD_CORS_ORIGINS": ",".join(settings.cors_origins)} if settings.cors_origins else {}
        self._config_env = {
            "FOURFOLD_CONFIG_TABLE": data.config.table_name,
            "FOURFOLD_API_KEYS_TABLE": data.api_keys.table_name,
        }
        # A workspace's settings: the scopes above it are found by its org, which stands beside its keys.
        self._read_config = [
            Grant(("dynamodb:BatchGetItem", "dynamodb:GetItem"), data.config.table_arn),
            Grant(("dynamodb:GetItem",), data.api_keys.table_arn),
        ]
        self._outbox_env = {"FOURFOLD_OUTBOX_TABLE": data.outbox.table_name}
        self._hand_to_bus = Grant(("dynamodb:PutItem",), data.outbox.table_arn)
        self._append_events = Grant(("dynamodb:PutItem", "dynamodb:Query"), data.run_events.table_arn)
        # The log of a run whose persona was deleted goes with it.
        self._keep_events = Grant(
            ("dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchWriteItem"), data.run_events.table_arn
        )

        steps = {step.value: self._step(STATE_NAMES[step], step.value) for step in StepName}
        pipeline = Pipeline(
            self,
            "Pipeline",
            settings=settings,
            functions={
                **steps,
                "store_persona": self._end_of_run("StorePersona", "store_persona"),
                "fail_run": self._end_of_run("FailRun", "fail_run"),
            },
        )
        run_failures = RunFailures(
            self,
            "RunFailures",
            machine=pipeline.machine,
            consumer=self._end_of_run("ExecutionEnded", "execution_ended"),
            consumer_timeout_s=STORE_TIMEOUT_S,
        )
        fingerprint = BackgroundJob(
            self,
            "Fingerprint",
            bus=data.bus,
            consumer=self._job("FingerprintFunction", "fingerprint", FINGERPRINT_TIMEOUT_S),
            settings=settings,
        )
        provocation = BackgroundJob(
            self,
            "Provocation",
            bus=data.bus,
            consumer=self._job("ProvocationFunction", "provocation", PROVOCATION_TIMEOUT_S),
            settings=settings,
        )
        self._job_queues = {
            "FOURFOLD_FINGERPRINT_QUEUE_URL": fingerprint.queue,
            "FOURFOLD_PROVOCATION_QUEUE_URL": provocation.queue,
        }
        account = GatewayAccount(self, "GatewayAccount")
        self._progress = ProgressApi(self, "Progress", settings=settings)
        push = self._progress_function("ProgressPush", "progress_push", [])
        self._progress.connect(
            routes=self._progress_function("ProgressConnection", "progress_connection", self._progress_routes()),
            push=push,
            run_events=data.run_events,
            account=account,
        )
        EventCatalogue(self, "EventCatalogue", settings=settings, bus=data.bus)
        publisher = self._publisher()
        outbox = Outbox(self, "Outbox", table=data.outbox, publisher=publisher)
        self._webhook_queues = WebhookQueues(self, "WebhookQueues")
        Webhooks(
            self,
            "Webhooks",
            bus=data.bus,
            queues=self._webhook_queues,
            fan_out=self._webhook_fan_out(),
            dispatcher=self._webhook_dispatcher(),
        )
        api_function = self._api_function(pipeline.machine.state_machine_arn, steps[StepName.INTENT_PARSE].arn)
        api = Api(self, "Api", settings=settings, function=api_function, account=account)
        alarms = Observability(
            self,
            "Observability",
            machine=pipeline.machine,
            rest_api=api.rest_api,
            dead_letters={
                "DeadLetters": (
                    run_failures.dead_letters,
                    "A failed execution could not be handled: its run may still say `running`",
                ),
                "ProgressDeadLetters": (
                    self._progress.dead_letters,
                    "Progress could not be pushed: connected clients may miss events until they connect again",
                ),
                "OutboxDeadLetters": (
                    outbox.dead_letters,
                    "The event bus did not take some events: they wait in the Outbox table",
                ),
                "WebhookDeadLetters": (
                    self._webhook_queues.dead_letters,
                    "A webhook function could not handle an event or an order: redrive it when it is mended",
                ),
            },
        )
        alarms.watch_stream(
            "OutboxBehind",
            publisher.function,
            "Events are published more than five minutes late: jobs and webhooks wait for them",
        )
        alarms.watch_stream("ProgressBehind", push.function, "Live progress is more than five minutes late")
        CfnOutput(self, "StateMachineArn", value=pipeline.machine.state_machine_arn)
        CfnOutput(self, "ApiFunctionName", value=api_function.function.function_name)

    def _step(self, construct_id: str, name: str) -> PythonFunction:
        return self._function(
            construct_id,
            FunctionSpec(
                name=name,
                timeout_s=STEP_TIMEOUT_S,
                environment={**self._events_env, **self._models.environment, **self._providers_env},
                grants=[self._append_events, *self._models.grants],
                acknowledgements=self._models.acknowledgements,
                layers=[self._models_layer],
            ),
        )

    def _job(self, construct_id: str, name: str, timeout_s: int) -> PythonFunction:
        """A function that does a background job: it calls models, and keeps what they said and what came of it."""
        data = self._data
        keep = Grant(
            (
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:Query",
                "dynamodb:BatchGetItem",
                "dynamodb:DeleteItem",
            ),
            data.personas.table_arn,
        )
        return self._function(
            construct_id,
            FunctionSpec(
                name=name,
                timeout_s=timeout_s,
                environment={
                    **self._run_env,
                    **self._outbox_env,
                    **self._config_env,
                    **self._models.environment,
                    **self._providers_env,
                },
                grants=[keep, self._keep_events, self._hand_to_bus, *self._read_config, *self._models.grants],
                acknowledgements=self._models.acknowledgements,
                layers=[self._models_layer],
            ),
        )

    def _end_of_run(self, construct_id: str, name: str) -> PythonFunction:
        """A function that ends a run: persona, run and the events that announce it change in one transaction."""
        end_run = Grant(("dynamodb:GetItem", "dynamodb:PutItem"), self._data.personas.table_arn)
        return self._function(
            construct_id,
            FunctionSpec(
                name=name,
                timeout_s=STORE_TIMEOUT_S,
                environment={**self._run_env, **self._outbox_env},
                grants=[end_run, self._keep_events, self._hand_to_bus],
                layers=[self._runtime_layer],
            ),
        )

    def _progress_routes(self) -> list[Grant]:
        """What a client's commands need beside sending: whose the runs and personas are that it names."""
        return [Grant(("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"), self._data.personas.table_arn)]

    def _progress_function(self, construct_id: str, name: str, further: list[Grant]) -> PythonFunction:
        data, progress = self._data, self._progress
        return self._function(
            construct_id,
            FunctionSpec(
                name=name,
                timeout_s=PROGRESS_TIMEOUT_S,
                environment={
                    **(self._run_env if further else self._events_env),
                    "FOURFOLD_API_KEYS_TABLE": data.api_keys.table_name,
                    "FOURFOLD_CONNECTIONS_TABLE": data.connections.table_name,
                    "FOURFOLD_PROGRESS_ENDPOINT": progress.endpoint,
                    "FOURFOLD_CATCH_UP_QUEUE": progress.catch_ups.queue_url,
                },
                grants=[
                    Grant(("dynamodb:Query",), data.run_events.table_arn),
                    Grant(
                        (
                            "dynamodb:GetItem",
                            "dynamodb:PutItem",
                            "dynamodb:UpdateItem",
                            "dynamodb:DeleteItem",
                            "dynamodb:Query",
                        ),
                        data.connections.table_arn,
                    ),
                    Grant(("dynamodb:GetItem",), data.api_keys.table_arn),
                    *progress.send,
                    progress.queue,
                    *further,
                ],
                acknowledgements=progress.acknowledgements,
                layers=[self._runtime_layer],
            ),
        )

    def _publisher(self) -> PythonFunction:
        data = self._data
        return self._function(
            "PublishEvents",
            FunctionSpec(
                name="publish_events",
                timeout_s=PUBLISHER_TIMEOUT_S,
                environment={
                    "FOURFOLD_OUTBOX_TABLE": data.outbox.table_name,
                    "FOURFOLD_EVENT_BUS": data.bus.event_bus_name,
                },
                grants=[
                    Grant(("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"), data.outbox.table_arn),
                    Grant(("events:PutEvents",), data.bus.event_bus_arn),
                ],
                layers=[self._runtime_layer],
            ),
        )

    def _webhook_lanes(self) -> tuple[dict[str, str], list[Grant]]:
        """Environment and grants of whoever gives the dispatcher orders."""
        data, lanes = self._data, self._webhook_queues.lanes
        environment = {
            "FOURFOLD_WEBHOOKS_TABLE": data.webhooks.table_name,
            "FOURFOLD_WEBHOOKS_FAST_QUEUE": lanes.fast.queue_url,
            "FOURFOLD_WEBHOOKS_SLOW_QUEUE": lanes.slow.queue_url,
        }
        return environment, [Grant(("sqs:SendMessage",), lane.queue_arn) for lane in (lanes.fast, lanes.slow)]

    def _webhook_fan_out(self) -> PythonFunction:
        environment, grants = self._webhook_lanes()
        keep = Grant(("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"), self._data.webhooks.table_arn)
        return self._function(
            "WebhookFanOut",
            FunctionSpec(
                name="webhook_fanout",
                timeout_s=FAN_OUT_TIMEOUT_S,
                environment={**environment, **self._config_env, **self._providers_env},
                grants=[keep, *grants, *self._read_config],
                layers=[self._runtime_layer],
            ),
        )

    def _webhook_dispatcher(self) -> PythonFunction:
        environment, grants = self._webhook_lanes()
        data, dead = self._data, self._webhook_queues.lanes.dead
        return self._function(
            "WebhookDispatch",
            FunctionSpec(
                name="webhook_dispatch",
                timeout_s=DISPATCH_TIMEOUT_S,
                environment={
                    **environment,
                    **self._config_env,
                    **self._providers_env,
                    "FOURFOLD_WEBHOOKS_DEAD_QUEUE": dead.queue_url,
                    "FOURFOLD_OUTBOX_TABLE": data.outbox.table_name,
                },
                grants=[
                    Grant(("dynamodb:GetItem", "dynamodb:UpdateItem"), data.webhooks.table_arn),
                    Grant(("dynamodb:PutItem",), data.outbox.table_arn),
                    *grants,
                    *self._read_config,
                    Grant(("sqs:SendMessage",), dead.queue_arn),
                ],
                layers=[self._runtime_layer],
            ),
        )

    def _api_function(self, machine_arn: str, parse_arn: str) -> PythonFunction:
        data = self._data
        webhooks_env, give_orders = self._webhook_lanes()
        adapter = lambda_.LayerVersion.from_layer_version_arn(
            self,
            "WebAdapterLayer",
            f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{WEB_ADAPTER_ACCOUNT}:layer:{WEB_ADAPTER_LAYER}",
        )
        return self._function(
            "ApiFunction",
            FunctionSpec(
                name="api",
                program="functions/api/run.sh",
                timeout_s=STREAM_TIMEOUT_S,
                environment={
                    **self._run_env,
                    **WEB_ADAPTER_ENVIRONMENT,
                    "FOURFOLD_IDEMPOTENCY_TABLE": data.idempotency.table_name,
                    **self._config_env,
                    **self._outbox_env,
                    "FOURFOLD_STATE_MACHINE_ARN": machine_arn,
                    **self._cors_env,
                    "FOURFOLD_INTENT_PARSE_FUNCTION": parse_arn,
                    **{variable: queue.queue_url for variable, queue in self._job_queues.items()},
                    **self._models.environment,
                    "FOURFOLD_CONNECTIONS_TABLE": data.connections.table_name,
                    "FOURFOLD_PROGRESS_ENDPOINT": self._progress.endpoint,
                    **self._providers_env,
                    **webhooks_env,
                },
                acknowledgements=self._models.acknowledgements,
                grants=[
                    Grant(
                        (
                            "dynamodb:GetItem",
                            "dynamodb:BatchGetItem",
                            "dynamodb:PutItem",
                            "dynamodb:UpdateItem",
                            "dynamodb:ConditionCheckItem",
                            "dynamodb:Query",
                            "dynamodb:DeleteItem",
                            "dynamodb:BatchWriteItem",
                        ),
                        data.personas.table_arn,
                    ),
                    self._keep_events,
                    self._hand_to_bus,
                    *(Grant(("sqs:SendMessage",), queue.queue_arn) for queue in self._job_queues.values()),
                    *self._models.grants,
                    Grant(
                        ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
                        data.idempotency.table_arn,
                    ),
                    Grant(
                        (
                            "dynamodb:GetItem",
                            "dynamodb:BatchGetItem",
                            "dynamodb:PutItem",
                            "dynamodb:UpdateItem",
                            "dynamodb:DeleteItem",
                        ),
                        data.api_keys.table_arn,
                    ),
                    Grant(
                        (
                            "dynamodb:BatchGetItem",
                            "dynamodb:ConditionCheckItem",
                            "dynamodb:GetItem",
                            "dynamodb:PutItem",
                            "dynamodb:Query",
                        ),
                        data.config.table_arn,
                    ),
                    Grant(("states:StartExecution",), machine_arn),
                    # A brief is read alone by the step's own function.
                    Grant(("lambda:InvokeFunction",), parse_arn),
                    Grant(("dynamodb:PutItem",), data.connections.table_arn),
                    Grant(
                        (
                            "dynamodb:GetItem",
                            "dynamodb:PutItem",
                            "dynamodb:UpdateItem",
                            "dynamodb:DeleteItem",
                            "dynamodb:Query",
                        ),
                        data.webhooks.table_arn,
                    ),
                    *give_orders,
                ],
                layers=[PackageLayer(self, "ApiLayer", name="api"), adapter],
            ),
        )

    def _function(self, construct_id: str, spec: FunctionSpec) -> PythonFunction:
        return PythonFunction(self, construct_id, spec, settings=self._settings, code=self._code)
