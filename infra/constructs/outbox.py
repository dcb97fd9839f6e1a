"""From the Outbox table to the event bus: table stream -> publisher."""

from __future__ import annotations

from aws_cdk import Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.access import put_events
from infra.constructs.acknowledgements import GIVEN_UP
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.python_function import FunctionSpec
from infra.constructs.tables import Tables

# A batch of 100 entries is published ten at a time, each portion within five seconds at worst.
_PUBLISHER_TIMEOUT_S = 60
_RETENTION = Duration.days(14)


class Outbox(Construct):
    """Invokes `publisher` (functions/publish_events) for each new entry of the Outbox table.

    A batch that cannot be published within a day is reported in `dead_letters`; its entries stay in the table.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: FunctionFactory,
        tables: Tables,
        bus: events.IEventBus,
    ) -> None:
        super().__init__(scope, construct_id)
        self.publisher = functions.make(
            "PublishEvents",
            FunctionSpec(
                name="publish_events",
                timeout_s=_PUBLISHER_TIMEOUT_S,
                access=[tables.outbox.access("BatchGetItem", "BatchWriteItem"), put_events(bus)],
                layers=[functions.runtime_layer],
            ),
        )
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_RETENTION,
        )
        self.publisher.handler.add_event_source(
            sources.DynamoEventSource(
                tables.outbox.resource,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
                bisect_batch_on_error=True,
                retry_attempts=1000,
                on_failure=sources.SqsDlq(self.dead_letters),
            )
        )
        Validations.of(self.dead_letters).acknowledge(*GIVEN_UP)
