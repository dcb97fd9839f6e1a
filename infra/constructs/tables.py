"""The stage's DynamoDB tables, as the constructs that use them see them."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb

from infra.constructs.access import Access, Grant


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and the environment variable that gives its name to a function."""

    resource: dynamodb.TableV2
    variable: str

    def access(self, *actions: str) -> Access:
        """The right to these actions on the table (`"GetItem"`), not on its stream or its indexes."""
        return Access(
            environment={self.variable: self.resource.table_name},
            grants=[Grant(tuple(f"dynamodb:{action}" for action in actions), self.resource.table_arn)],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All tables of a stage."""

    personas: Table
    """Personas with their versions, sessions and reports; run records; everything keyed by workspace."""
    run_events: Table
    """The event log of each run. Its stream drives live progress."""
    idempotency: Table
    """Leases and kept replies of `Idempotency-Key`."""
    api_keys: Table
    """API keys by hash, and the org of each workspace."""
    config: Table
    """The settings of each scope, with their revisions and snapshots."""
    outbox: Table
    """Events to publish. Its stream drives the publisher."""
    connections: Table
    """WebSocket connections, their subscriptions, and tickets."""
    webhooks: Table
    """Webhook endpoints and deliveries."""
