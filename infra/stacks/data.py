"""The stateful stack: the tables and the event bus. Nothing here may be replaced by an update."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from constructs import Construct

from infra.settings import DATA, StageSettings

_STRING = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER


class DataStack(Stack):
    """Tables and bus, each with an output that names it."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=settings.stack_name(DATA),
            description="fourfold: personas, run logs, idempotency, keys, settings, outbox, connections, webhooks, bus",
            termination_protection=settings.locked(DATA),
            tags=settings.tags,
        )
        self._settings = settings
        self.personas = self._table("Personas", ("pk", _STRING), ("sk", _STRING))
        self.run_events = self._table(
            "RunEvents",
            ("pk", _STRING),
            ("sk", _NUMBER),
            ttl="expires_at",
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        self.idempotency = self._table("Idempotency", ("id", _STRING), ttl="expiration")
        self.api_keys = self._table("ApiKeys", ("pk", _STRING))
        self.config = self._table("Config", ("pk", _STRING), ("sk", _STRING))
        self.outbox = self._table("Outbox", ("pk", _STRING), ttl="expires_at", stream=dynamodb.StreamViewType.NEW_IMAGE)
        self.connections = self._table("Connections", ("pk", _STRING), ("sk", _STRING), ttl="expires_at")
        self.webhooks = self._table("Webhooks", ("pk", _STRING), ("sk", _STRING), ttl="expires_at")
        self.bus = events.EventBus(
            self,
            "EventBus",
            # A fixed name: subscribers of other stacks and accounts find the bus by it.
            event_bus_name=f"fourfold-{settings.name}",
        )
        CfnOutput(self, "EventBusName", value=self.bus.event_bus_name)

    def _table(
        self,
        name: str,
        partition_key: tuple[str, dynamodb.AttributeType],
        sort_key: tuple[str, dynamodb.AttributeType] | None = None,
        *,
        ttl: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
    ) -> dynamodb.TableV2:
        table = dynamodb.TableV2(
            self,
            name,
            partition_key=_attribute(partition_key),
            sort_key=_attribute(sort_key) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._settings.locked(DATA),
            removal_policy=self._settings.removal_policy,
            time_to_live_attribute=ttl,
            dynamo_stream=stream,
        )
        CfnOutput(self, f"{name}TableName", value=table.table_name)
        return table


def _attribute(key: tuple[str, dynamodb.AttributeType]) -> dynamodb.Attribute:
    name, kind = key
    return dynamodb.Attribute(name=name, type=kind)
