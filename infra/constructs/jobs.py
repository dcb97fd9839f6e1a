"""A background job: a persona's event, or an order of the API -> queue -> one function at a time for each message."""

from __future__ import annotations

from aws_cdk import Duration, Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fourfold.jobs.message import CAUSES, ORDERS_KEPT
from infra.constructs.acknowledgements import END_OF_THE_LINE, QUEUE_REDRIVES
from infra.constructs.python_function import PythonFunction
from infra.settings import StageSettings

_RETENTION = Duration.days(ORDERS_KEPT.days)
# The last delivery ends the job as failed (functions/job_entry.py); what even that could not do goes to the dead.
MAX_RECEIVES = 12
_DEAD_AFTER = MAX_RECEIVES + 1
# A message stays hidden for longer than a worker can live: one that comes again proves its worker dead (decision 24).
_OVER_THE_TIMEOUT_S = 30
# Personas worked on at the same time: the providers' rate limits are shared with those who wait for an answer.
_MOST_AT_ONCE = 10
_PERIOD = Duration.minutes(5)


class BackgroundJob(Construct):
    """Rule -> `queue` -> `consumer`, with `dead_letters` and an alarm on them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.IEventBus,
        consumer: PythonFunction,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        timeout = consumer.function.timeout
        if timeout is None:
            raise ValueError(f"{construct_id}: the consumer's timeout decides how long the queue hides a message")
        # The laptop's engine speaks plain HTTP on loopback: a policy that asks for TLS would refuse the API there.
        tls = settings.protected
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
            visibility_timeout=timeout.plus(Duration.seconds(_OVER_THE_TIMEOUT_S)),
            retention_period=_RETENTION,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_DEAD_AFTER),
        )
        events.Rule(
            self,
            "Rule",
            description="Personas that can speak, or speak anew",
            event_bus=bus,
            event_pattern=events.EventPattern(detail_type=list(CAUSES)),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )
        consumer.handler.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=1, report_batch_item_failures=True, max_concurrency=_MOST_AT_ONCE
            )
        )
        Validations.of(consumer).acknowledge(QUEUE_REDRIVES)
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)
        cloudwatch.Alarm(
            self,
            "DeadLettersAlarm",
            alarm_description=f"{construct_id} jobs could not even be ended as failed",
            metric=self.dead_letters.metric_approximate_number_of_messages_visible(period=_PERIOD),
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            threshold=0,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
