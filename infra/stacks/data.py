"""The stateful stack: tables, event bus and a key. An update must not replace any of them."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.tables import Table, Tables
from infra.settings import DATA, StageSettings

_STRING = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER
_NEW_IMAGE = dynamodb.StreamViewType.NEW_IMAGE


class DataStack(Stack):
    """The tables and the bus, each named by an output, and the key of the webhooks' secrets."""

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
        personas = self._table("Personas", ("pk", _STRING), ("sk", _STRING))
        run_events = self._table("RunEvents", ("pk", _STRING), ("sk", _NUMBER), ttl="expires_at", stream=_NEW_IMAGE)
        idempotency = self._table("Idempotency", ("id", _STRING), ttl="expiration")
        api_keys = self._table("ApiKeys", ("pk", _STRING))
        config = self._table("Config", ("pk", _STRING), ("sk", _STRING))
        outbox = self._table("Outbox", ("pk", _STRING), ttl="expires_at", stream=_NEW_IMAGE)
        connections = self._table("Connections", ("pk", _STRING), ("sk", _STRING), ttl="expires_at")
        webhooks = self._table("Webhooks", ("pk", _STRING), ("sk", _STRING), ttl="expires_at")
        self.tables = Tables(
            personas=Table(personas, "FOURFOLD_PERSONAS_TABLE"),
            run_events=Table(run_events, "FOURFOLD_RUN_EVENTS_TABLE"),
            idempotency=Table(idempotency, "FOURFOLD_IDEMPOTENCY_TABLE"),
            api_keys=Table(api_keys, "FOURFOLD_API_KEYS_TABLE"),
            config=Table(config, "FOURFOLD_CONFIG_TABLE"),
            outbox=Table(outbox, "FOURFOLD_OUTBOX_TABLE"),
            connections=Table(connections, "FOURFOLD_CONNECTIONS_TABLE"),
            webhooks=Table(webhooks, "FOURFOLD_WEBHOOKS_TABLE"),
        )
        self.bus = events.EventBus(
            self,
            "EventBus",
            # A fixed name, because subscribers in other stacks and accounts refer to it.
            event_bus_name=f"fourfold-{settings.name}",
        )
        CfnOutput(self, "EventBusName", value=self.bus.event_bus_name)
        # Without it no stored secret can be opened, so it is kept as the tables are.
        self.webhook_key = kms.Key(
            self,
            "WebhookKey",
            description=f"fourfold-{settings.name}: signing secrets of webhook endpoints",
            enable_key_rotation=True,
            removal_policy=settings.removal_policy,
        )

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
