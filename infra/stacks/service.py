"""The stateless stack: functions, state machine, APIs and queues. It may be deleted and deployed again.

Wiring only. What a capability may touch is stated beside its construct in infra/constructs.
"""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Stack
from constructs import Construct

from infra.constructs.api import Api
from infra.constructs.api_function import api_function_spec
from infra.constructs.dashboard import Dashboard
from infra.constructs.evaluation_expiry import EvaluationExpiry
from infra.constructs.evaluations import Evaluations
from infra.constructs.event_catalogue import EventCatalogue
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.gateway_account import GatewayAccount
from infra.constructs.jobs import BackgroundJob
from infra.constructs.observability import Observability
from infra.constructs.outbox import Outbox
from infra.constructs.pipeline import Pipeline
from infra.constructs.progress import ProgressApi
from infra.constructs.rollout import WATCHED_TOGETHER, Rollout
from infra.constructs.run_failures import RunFailures
from infra.constructs.webhooks import WebhookQueues, Webhooks
from infra.settings import SERVICE, StageSettings
from infra.stacks.data import DataStack


class ServiceStack(Stack):
    """Everything of one stage that stores nothing."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings, data: DataStack) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=settings.stack_name(SERVICE),
            description="fourfold: pipeline, functions and REST API",
            termination_protection=settings.locked(SERVICE),
            tags=settings.tags,
        )
        tables, bus = data.tables, data.bus
        functions = FunctionFactory(self, settings)
        account = GatewayAccount(self, "GatewayAccount", settings=settings)
        pipeline = Pipeline(self, "Pipeline", settings=settings, functions=functions, tables=tables)
        evaluations = Evaluations(
            self, "Evaluations", settings=settings, functions=functions, tables=tables, pipeline=pipeline
        )
        EvaluationExpiry(self, "Expiry", functions=functions, tables=tables)
        failures = RunFailures(
            self,
            "RunFailures",
            functions=functions,
            tables=tables,
            machines=[pipeline.machine, evaluations.machine],
        )
        fingerprint, provocation = (
            BackgroundJob(
                self, job.capitalize(), job=job, settings=settings, functions=functions, tables=tables, bus=bus
            )
            for job in ("fingerprint", "provocation")
        )
        progress = ProgressApi(self, "Progress", settings=settings, functions=functions, tables=tables, account=account)
        outbox = Outbox(self, "Outbox", functions=functions, tables=tables, bus=bus)
        EventCatalogue(self, "EventCatalogue", settings=settings, bus=bus)
        queues = WebhookQueues(self, "WebhookQueues")
        Webhooks(
            self,
            "Webhooks",
            settings=settings,
            functions=functions,
            tables=tables,
            bus=bus,
            queues=queues,
            key=data.webhook_key,
        )
        spec = api_function_spec(
            self,
            settings=settings,
            functions=functions,
            tables=tables,
            pipeline=pipeline,
            evaluations=evaluations,
            jobs={
                "FOURFOLD_FINGERPRINT_QUEUE_URL": fingerprint,
                "FOURFOLD_PROVOCATION_QUEUE_URL": provocation,
            },
            progress=progress,
            webhooks=queues,
            webhook_key=data.webhook_key,
        )
        api_function = functions.make("ApiFunction", spec)
        api = Api(self, "Api", settings=settings, function=api_function, account=account)
        alarms = Observability(
            self, "Observability", settings=settings, machine=pipeline.machine, rest_api=api.rest_api
        )
        alarms.watch_dead_letters(
            {
                "DeadLetters": (
                    failures.dead_letters,
                    "A failed execution could not be handled: its run may still say `running`",
                ),
                "FingerprintDeadLetters": (fingerprint.dead_letters, "Fingerprint jobs could not be ended as failed"),
                "ProvocationDeadLetters": (provocation.dead_letters, "Provocation jobs could not be ended as failed"),
                "ProgressDeadLetters": (
                    progress.dead_letters,
                    "Progress could not be pushed: connected clients may miss events until they connect again",
                ),
                "OutboxDeadLetters": (
                    outbox.dead_letters,
                    "The event bus did not take some events: they wait in the Outbox table",
                ),
                "WebhookDeadLetters": (
                    queues.dead_letters,
                    "A webhook function could not handle an event or a delivery",
                ),
            }
        )
        waiting = {
            "Fingerprint": (fingerprint.queue, Duration.hours(1)),
            "Provocation": (provocation.queue, Duration.hours(1)),
            "RunFailures": (failures.queue, Duration.minutes(30)),
            "WebhookEvents": (queues.events, Duration.minutes(15)),
            "WebhookFast": (queues.fast, Duration.hours(1)),
            "WebhookSlow": (queues.slow, Duration.hours(1)),
        }
        alarms.watch_age({f"{name}QueueAge": watched for name, watched in waiting.items()})
        alarms.watch_stream(
            "OutboxBehind",
            outbox.publisher.function,
            "Events are published more than five minutes late: jobs and webhooks wait for them",
        )
        alarms.watch_stream("ProgressBehind", progress.push.function, "Live progress is more than five minutes late")
        if settings.canary:
            for group, names in WATCHED_TOGETHER.items():
                alarms.watch_errors(group, [functions.made[name] for name in names])
            others = [made for made in functions.made.values() if made is not api_function]
            Rollout(self, "Rollout", function=api_function, others=others, alarms=alarms.sudden)
        Dashboard(
            self,
            "Dashboard",
            settings=settings,
            rest_api=api.rest_api,
            queues={name: queue for name, (queue, _) in waiting.items()},
        )
        CfnOutput(self, "StateMachineArn", value=pipeline.machine.state_machine_arn)
        CfnOutput(self, "ApiFunctionName", value=api_function.function.function_name)
