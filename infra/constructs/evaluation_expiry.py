"""Deletes evaluations whose time is over, with their personas: schedule -> function, every hour."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.access import Access, merged
from infra.constructs.acknowledgements import NEXT_HOUR
from infra.constructs.evaluations import CONCLUDE_MEMORY_MB
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.python_function import FunctionSpec
from infra.constructs.tables import Tables

# The longest that a function runs: some thousand personas. What is left is deleted in the next hour.
EXPIRY_TIMEOUT_S: Final = 900


class EvaluationExpiry(Construct):
    """Invokes `evaluation_expiry` every hour. What an invocation does not finish is still due for the next one."""

    def __init__(self, scope: Construct, construct_id: str, *, functions: FunctionFactory, tables: Tables) -> None:
        super().__init__(scope, construct_id)
        function = functions.make(
            "EvaluationExpiry",
            FunctionSpec(
                name="evaluation_expiry",
                timeout_s=EXPIRY_TIMEOUT_S,
                memory_mb=CONCLUDE_MEMORY_MB,  # a lost evaluation is concluded here
                access=[_access(tables)],
                layers=[functions.runtime_layer],
            ),
        )
        rule = events.Rule(
            self,
            "Rule",
            description="Every hour, for evaluations that are to be deleted",
            schedule=events.Schedule.rate(Duration.hours(1)),
            targets=[targets.LambdaFunction(function.handler, retry_attempts=0)],
        )
        Validations.of(rule).acknowledge(NEXT_HOUR)


def _access(tables: Tables) -> Access:
    """What it takes to delete a persona with all it owns, as the API does, and to fail a lost evaluation."""
    return merged(
        tables.personas.access(
            *("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "Query"),
            "ConditionCheckItem",
        ),
        tables.run_events.access("PutItem", "Query", "BatchWriteItem"),
        tables.outbox.access("PutItem"),
        tables.idempotency.access("BatchWriteItem"),
        tables.config.access("Query", "BatchWriteItem"),
    )
