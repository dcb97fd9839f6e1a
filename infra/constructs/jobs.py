"""A background job: a persona's event, or a message of the API -> queue -> one invocation for each message."""

from __future__ import annotations

from aws_cdk import Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fourfold.jobs.message import MESSAGE_RETENTION, TRIGGER_EVENTS
from infra.constructs.acknowledgements import END_OF_THE_LINE, QUEUE_REDRIVES
from infra.constructs.fair_queue import TENANT
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.model_access import model_access
from infra.constructs.python_function import FunctionSpec
from infra.constructs.settings_access import settings_access
from infra.constructs.tables import Tables
from infra.settings import StageSettings

# Both jobs usually end within half a minute. A model on a laptop needs ten minutes for a fingerprint and an hour for a
# suite; what a worker could not finish the next one resumes from its checkpoints.
JOB_TIMEOUT_S = 900
# The last delivery ends the job as failed (functions/job_entry.py). If that fails too, the message is a dead letter.
MAX_RECEIVES = 12
_DEAD_AFTER = MAX_RECEIVES + 1
# A message stays hidden for longer than a worker can run, so its redelivery proves that the worker died (decision 24).
_OVER_THE_TIMEOUT_S = 30
_RETENTION = Duration.days(MESSAGE_RETENTION.days)


class BackgroundJob(Construct):
    """Rule -> `queue` -> the function functions/<job>. A message that cannot be handled goes to `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        job: str,
        settings: StageSettings,
        functions: FunctionFactory,
        tables: Tables,
        bus: events.IEventBus,
    ) -> None:
        super().__init__(scope, construct_id)
        consumer = functions.make(f"{construct_id}Function", _job_spec(job, settings, functions, tables))
        # The local engine serves plain HTTP on loopback: a policy that requires TLS would refuse the API there.
        tls = not settings.on_engine
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=tls,
            retention_period=Duration.days(14),
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=tls,
            visibility_timeout=Duration.seconds(JOB_TIMEOUT_S + _OVER_THE_TIMEOUT_S),
            retention_period=_RETENTION,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_DEAD_AFTER),
        )
        events.Rule(
            self,
            "Rule",
            description="Personas that were created or changed",
            event_bus=bus,
            event_pattern=events.EventPattern(detail_type=list(TRIGGER_EVENTS)),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters, message_group_id=TENANT)],
        )
        consumer.handler.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=1, report_batch_item_failures=True, max_concurrency=settings.job_concurrency
            )
        )
        Validations.of(consumer).acknowledge(QUEUE_REDRIVES)
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)


def _job_spec(job: str, settings: StageSettings, functions: FunctionFactory, tables: Tables) -> FunctionSpec:
    """A job calls models, keeps each answer as a checkpoint, and publishes its result through the outbox."""
    return FunctionSpec(
        name=job,
        timeout_s=JOB_TIMEOUT_S,
        access=[
            # BatchWriteItem removes the log of a job whose persona was deleted.
            tables.run_events.access("PutItem", "Query", "BatchWriteItem"),
            tables.personas.access(
                "GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem", "Query"
            ),
            tables.outbox.access("PutItem"),
            settings_access(tables, settings),
            model_access(settings),
        ],
        layers=[functions.jobs_layer],
    )
