"""From the Outbox table to the bus: table stream -> `publisher`."""

from __future__ import annotations

from aws_cdk import Duration, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import GIVEN_UP
from infra.constructs.python_function import PythonFunction

# A hundred entries, each tried for five seconds at worst, in portions of ten.
PUBLISHER_TIMEOUT_S = 60
_RETENTION = Duration.days(14)


class Outbox(Construct):
    """Every new entry of `table` is handed to `publisher`. What it cannot publish within a day is told in
    `dead_letters`; the entry itself stays in the table.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, table: dynamodb.ITable, publisher: PythonFunction
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_RETENTION,
        )
        publisher.handler.add_event_source(
            sources.DynamoEventSource(
                table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
                bisect_batch_on_error=True,
                retry_attempts=1000,
                on_failure=sources.SqsDlq(self.dead_letters),
            )
        )
        Validations.of(self.dead_letters).acknowledge(*GIVEN_UP)
