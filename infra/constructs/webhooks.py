"""Webhooks: bus -> rule -> queue -> fan-out -> fast or slow queue -> dispatcher; undeliverable messages -> dead."""

from __future__ import annotations

from aws_cdk import Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fourfold.events.envelope import SOURCE
from infra.constructs.access import Access, merged, send_messages, use_key
from infra.constructs.acknowledgements import END_OF_THE_LINE, GIVEN_UP, QUEUE_REDRIVES
from infra.constructs.fair_queue import TENANT
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.python_function import FunctionSpec
from infra.constructs.settings_access import settings_access
from infra.constructs.tables import Tables
from infra.settings import StageSettings

WEBHOOKS_KEY = "FOURFOLD_WEBHOOKS_KEY"
"""The environment variable that names the key of signing secrets."""

_FAN_OUT_TIMEOUT_S = 30
# An attempt takes at most 30 s (the upper bound of `api.webhooks.timeout_s`), and its records some more.
_DISPATCH_TIMEOUT_S = 60

_RETENTION = Duration.days(14)
_MAX_RECEIVES = 5
# Concurrent invocations, of ten deliveries each. In the fast lane an attempt ends within a second; in the slow one it
# may take thirty.
_FAST_DISPATCHERS, _SLOW_DISPATCHERS = 10, 30
_FAN_OUTS = 5
_BATCH = 10


class WebhookQueues(Construct):
    """The queues of webhooks, made before the functions whose environment names them.

    `events` feeds the fan-out. `fast` and `slow` feed the dispatcher (decision 22); `dead` holds the messages of
    deliveries whose last attempt failed. `dead_letters` holds messages that a function could not handle: unlike `dead`
    it should stay empty.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = _queue(self, "DeadLetters")
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)
        self.events = self._redriven("Events", _FAN_OUT_TIMEOUT_S)
        self.dead = _queue(self, "Dead")
        Validations.of(self.dead).acknowledge(*GIVEN_UP)
        self.fast = self._redriven("Fast", _DISPATCH_TIMEOUT_S)
        self.slow = self._redriven("Slow", _DISPATCH_TIMEOUT_S)

    def schedule_access(self) -> Access:
        """The right to schedule an attempt in either lane."""
        return merged(
            send_messages("FOURFOLD_WEBHOOKS_FAST_QUEUE", self.fast),
            send_messages("FOURFOLD_WEBHOOKS_SLOW_QUEUE", self.slow),
        )

    def _redriven(self, construct_id: str, consumer_timeout_s: int) -> sqs.Queue:
        # Six times the function's timeout, as AWS advises: a message must not reappear while it is handled.
        return _queue(
            self,
            construct_id,
            visibility_timeout=Duration.seconds(6 * consumer_timeout_s),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_MAX_RECEIVES),
        )


class Webhooks(Construct):
    """Every event of the product goes to the fan-out; each lane to the dispatcher, with its own maximum concurrency."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        functions: FunctionFactory,
        tables: Tables,
        bus: events.IEventBus,
        queues: WebhookQueues,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        fan_out = functions.make("WebhookFanOut", _fan_out_spec(settings, functions, tables, queues))
        dispatcher = functions.make("WebhookDispatch", _dispatcher_spec(settings, functions, tables, queues, key))
        events.Rule(
            self,
            "Rule",
            description="Every event of fourfold, for webhooks",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(queues.events, dead_letter_queue=queues.dead_letters, message_group_id=TENANT)],
        )
        fan_out.handler.add_event_source(
            sources.SqsEventSource(
                queues.events, batch_size=_BATCH, max_concurrency=_FAN_OUTS, report_batch_item_failures=True
            )
        )
        for lane, most in ((queues.fast, _FAST_DISPATCHERS), (queues.slow, _SLOW_DISPATCHERS)):
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


def _fan_out_spec(
    settings: StageSettings, functions: FunctionFactory, tables: Tables, queues: WebhookQueues
) -> FunctionSpec:
    """Finds the endpoints of an event and stores a delivery for each."""
    return FunctionSpec(
        name="webhook_fanout",
        timeout_s=_FAN_OUT_TIMEOUT_S,
        access=[
            tables.webhooks.access("GetItem", "PutItem", "Query"),
            queues.schedule_access(),
            settings_access(tables, settings),
        ],
        layers=[functions.runtime_layer],
    )


def _dispatcher_spec(
    settings: StageSettings, functions: FunctionFactory, tables: Tables, queues: WebhookQueues, key: kms.IKey
) -> FunctionSpec:
    """Makes one attempt at a delivery, schedules the next, and announces a disabled endpoint through the outbox."""
    return FunctionSpec(
        name="webhook_dispatch",
        timeout_s=_DISPATCH_TIMEOUT_S,
        access=[
            tables.webhooks.access("GetItem", "UpdateItem"),
            tables.outbox.access("PutItem"),
            queues.schedule_access(),
            send_messages("FOURFOLD_WEBHOOKS_DEAD_QUEUE", queues.dead),
            use_key(WEBHOOKS_KEY, key, "Decrypt"),
            settings_access(tables, settings),
        ],
        layers=[functions.runtime_layer],
    )


def _queue(scope: Construct, construct_id: str, **more: object) -> sqs.Queue:
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=_RETENTION,
        **more,  # type: ignore[arg-type]
    )
