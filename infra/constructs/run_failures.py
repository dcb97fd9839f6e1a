"""Ends the runs and evaluations whose executions could not: they timed out, were aborted, or failed unrecorded."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.access import merged
from infra.constructs.acknowledgements import END_OF_THE_LINE, QUEUE_REDRIVES
from infra.constructs.evaluations import CONCLUDE_MEMORY_MB
from infra.constructs.function_factory import FunctionFactory
from infra.constructs.pipeline import run_ending_access
from infra.constructs.pipeline_definition import RECORDED_FAILURE
from infra.constructs.python_function import FunctionSpec
from infra.constructs.tables import Tables

# It may conclude an evaluation, as `evaluation_conclude` does.
EXECUTION_ENDED_TIMEOUT_S = 300
_RETENTION = Duration.days(14)
_MAX_RECEIVES = 5
_MAX_CONCURRENCY = 2


class RunFailures(Construct):
    """Rule -> `queue` -> `execution_ended`. A message that fails five times goes to `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: FunctionFactory,
        tables: Tables,
        machines: Sequence[sfn.IStateMachine],
    ) -> None:
        super().__init__(scope, construct_id)
        consumer = functions.make(
            "ExecutionEnded",
            FunctionSpec(
                name="execution_ended",
                timeout_s=EXECUTION_ENDED_TIMEOUT_S,
                memory_mb=CONCLUDE_MEMORY_MB,
                # An evaluation's report is made of its partition.
                access=[merged(run_ending_access(tables), tables.personas.access("Query", "BatchGetItem"))],
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
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            # Six times the function's timeout, as AWS advises: a message must not reappear while it is handled.
            visibility_timeout=Duration.seconds(6 * EXECUTION_ENDED_TIMEOUT_S),
            retention_period=_RETENTION,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=_MAX_RECEIVES),
        )
        events.Rule(
            self,
            "Rule",
            description="Executions of personas and evaluations that ended without completing",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [machine.state_machine_arn for machine in machines],
                    "$or": [
                        {"status": ["TIMED_OUT", "ABORTED"]},
                        {"status": ["FAILED"], "error": [{"anything-but": [RECORDED_FAILURE]}]},
                    ],
                },
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )
        consumer.handler.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=10, max_concurrency=_MAX_CONCURRENCY, report_batch_item_failures=True
            )
        )
        Validations.of(consumer).acknowledge(QUEUE_REDRIVES)
        Validations.of(self.dead_letters).acknowledge(END_OF_THE_LINE)
