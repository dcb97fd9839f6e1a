"""The few alarms that always need action.

A step that raises fails its run, so runs are watched instead of the steps' functions. What the consumer of failures
cannot handle goes to the dead letters.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

_PERIOD = Duration.minutes(5)
_BEHIND_MS = 300_000


class Observability(Construct):
    """Alarms at the first occurrence in a period of five minutes; missing data is not an alarm.

    `dead_letters`: name of the alarm -> the queue it watches, and what a message in it means.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.StateMachine,
        rest_api: apigateway.RestApi,
        dead_letters: Mapping[str, tuple[sqs.Queue, str]],
    ) -> None:
        super().__init__(scope, construct_id)
        # No metric math, which the local engine does not accept.
        self._alarm("RunsFailed", machine.metric_failed(period=_PERIOD), "Persona runs failed")
        self._alarm("RunsTimedOut", machine.metric_timed_out(period=_PERIOD), "Persona runs took too long")
        self._alarm(
            "ApiFaults",
            rest_api.metric_server_error(period=_PERIOD, statistic="Sum"),
            "The API answered with a server error",
        )
        for name, (queue, meaning) in dead_letters.items():
            self._alarm(name, queue.metric_approximate_number_of_messages_visible(period=_PERIOD), meaning)

    def watch_stream(self, construct_id: str, function: lambda_.IFunction, meaning: str) -> None:
        """Adds an alarm for a stream's `function` when it is five minutes late; its dead letters come a day later."""
        age = function.metric("IteratorAge", period=_PERIOD, statistic="Maximum")
        self._alarm(construct_id, age, meaning, _BEHIND_MS)

    def _alarm(self, construct_id: str, metric: cloudwatch.Metric, description: str, threshold: float = 0) -> None:
        cloudwatch.Alarm(
            self,
            construct_id,
            alarm_description=description,
            metric=metric,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            threshold=threshold,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
