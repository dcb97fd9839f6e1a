"""Webhooks: bus -> rule -> queue -> fan-out -> two lanes -> dispatcher, and what nobody could be given."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fourfold.events.envelope import SOURCE
from infra.constructs.acknowledgements import END_OF_THE_LINE, GIVEN_UP, QUEUE_REDRIVES
from infra.constructs.python_function import PythonFunction

FAN_OUT_TIMEOUT_S = 30
# An attempt takes up to 30 s (the highest `api.webhooks.timeout_s`), and its records some more.
DISPATCH_TIMEOUT_S = 60

_RETENTION = Duration.days(14)
_MAX_RECEIVES = 5
# Ten orders each. In the fast lane an attempt is over within a second; in the slow one it may hang for thirty.
_FAST_DISPATCHERS, _SLOW_DISPATCHERS = 10, 30
_BATCH = 10


@dataclass(frozen=True)
class Lanes:
    """The queues in front of the dispatcher, and the one behind it: `dead` holds orders whose last attempt failed."""

    fast: sqs.Queue
    slow: sqs.Queue
    dead: sqs.Queue


class WebhookQueues(Construct):
    """The queues, made before the functions that are told of them.

    `dead_letters` holds what the functions could not handle; unlike `lanes.dead` it should stay empty.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = _queue(self, "DeadLetters")
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)
        self.events = self._redriven("Events", FAN_OUT_TIMEOUT_S)
        dead = _queue(self, "Dead")
        Validations.of(dead).acknowledge(*GIVEN_UP)
        self.lanes = Lanes(self._redriven("Fast", DISPATCH_TIMEOUT_S), self._redriven("Slow", DISPATCH_TIMEOUT_S), dead)

    def _redriven(self, construct_id: str, consumer_timeout_s: int) -> sqs.Queue:
        # Six times the function's timeout, so a message cannot come back while it is being handled.
        return _queue(
            self,
            construct_id,
            visibility_timeout=Duration.seconds(6 * consumer_timeout_s),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_MAX_RECEIVES),
        )


class Webhooks(Construct):
    """Every event of the product goes to `fan_out`; each lane to `dispatcher`, with workers of its own."""

    def __init__(  # noqa: PLR0913 - the parts it connects
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.IEventBus,
        queues: WebhookQueues,
        fan_out: PythonFunction,
        dispatcher: PythonFunction,
    ) -> None:
        super().__init__(scope, construct_id)
        events.Rule(
            self,
            "Rule",
            description="Every event of fourfold, for webhooks",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(queues.events, dead_letter_queue=queues.dead_letters)],
        )
        fan_out.handler.add_event_source(
            sources.SqsEventSource(queues.events, batch_size=_BATCH, report_batch_item_failures=True)
        )
        for lane, most in ((queues.lanes.fast, _FAST_DISPATCHERS), (queues.lanes.slow, _SLOW_DISPATCHERS)):
            dispatcher.handler.add_event_source(
                sources.SqsEventSource(
                    lane,
                    batch_size=_BATCH,
                    max_concurrency=most,
                    report_batch_item_failures=True,
                )
            )
        for consumer in (fan_out, dispatcher):
            Validations.of(consumer).acknowledge(QUEUE_REDRIVES)


def _queue(scope: Construct, construct_id: str, **more: object) -> sqs.Queue:
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=_RETENTION,
        **more,  # type: ignore[arg-type]
    )
