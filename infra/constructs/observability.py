"""The few alarms that always mean something: runs that failed, functions that raised, messages nobody took."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.python_function import PythonFunction

_PERIOD = Duration.minutes(5)


class Observability(Construct):
    """Alarms over one period of five minutes, at the first occurrence. No data is good news."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.StateMachine,
        functions: Sequence[PythonFunction],
        dead_letters: sqs.Queue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._alarm(
            "RunsFailed",
            "Executions of the pipeline failed or timed out",
            [machine.metric_failed(period=_PERIOD), machine.metric_timed_out(period=_PERIOD)],
        )
        self._alarm(
            "FunctionErrors",
            "A function raised",
            [function.handler.metric_errors(period=_PERIOD) for function in functions],
        )
        self._alarm(
            "DeadLetters",
            "A message was given up; the run it names may still say `running`",
            [dead_letters.metric_approximate_number_of_messages_visible(period=_PERIOD)],
        )

    def _alarm(self, construct_id: str, description: str, metrics: Sequence[cloudwatch.IMetric]) -> None:
        names = {f"m{index}": metric for index, metric in enumerate(metrics)}
        cloudwatch.Alarm(
            self,
            construct_id,
            alarm_description=description,
            metric=cloudwatch.MathExpression(
                expression=" + ".join(f"FILL({name}, 0)" for name in names),
                using_metrics=names,
                period=_PERIOD,
            ),
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            threshold=0,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
