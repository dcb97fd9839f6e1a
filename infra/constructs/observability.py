"""Alarms, and the topic that each of them notifies. docs/runbook.md has an entry for every alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aws_cdk import CfnOutput, Duration, Validations
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from fourfold.steps import StepName
from infra.constructs.acknowledgements import ALARM_TOPIC
from infra.constructs.product_metrics import product_metric
from infra.constructs.python_function import PythonFunction
from infra.settings import StageSettings

_MINUTE = Duration.minutes(1)
_FIVE_MINUTES = Duration.minutes(5)
_QUARTER = Duration.minutes(15)
_HOUR = Duration.hours(1)
_LATE_MS = 300_000
# A step makes at most two model calls of at most 240 s. Most answer within 30 s.
_SLOW_STEP_MS = 180_000
# In a minute. A provider that fails makes a step fail too, and is retried.
_MANY_ERRORS = 10


class Observability(Construct):
    """The topic, and the alarms on rates of the product, on the API, on the machine and on throttles.

    `sudden` are the alarms that end a rollout: each may fire within its five minutes. Missing data is no alarm. On the
    local engine there is no metric math (nor a label, which CDK turns into it), because it does not accept any: rates
    are averages of 0 and 1.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        machine: sfn.StateMachine,
        rest_api: apigateway.RestApi,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", display_name="fourfold alarms", enforce_ssl=True)
        Validations.of(self.topic).acknowledge(*ALARM_TOPIC)
        if settings.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        CfnOutput(self, "TopicArn", value=self.topic.topic_arn).override_logical_id("AlarmTopicArn")
        self._watch_product(settings)
        self.alarm("RunsFailed", machine.metric_failed(period=_QUARTER), "Executions fail", above=10)
        self.alarm("RunsTimedOut", machine.metric_timed_out(period=_QUARTER), "Executions end by their time-out")
        faults = rest_api.metric_server_error(period=_QUARTER, statistic="Average")
        self.alarm("ApiFaults", faults, "More than 1 % of requests are answered with a server error", above=0.01)
        self.sudden = [*self._watch_minutes(settings, machine, rest_api)]
        throttles = lambda_.Function.metric_all_throttles(period=_FIVE_MINUTES)
        self.alarm("Throttles", throttles, "Lambda refuses invocations for lack of concurrency", above=10, periods=3)

    def _watch_minutes(
        self, settings: StageSettings, machine: sfn.StateMachine, rest_api: apigateway.RestApi
    ) -> Iterator[cloudwatch.Alarm]:
        faults = rest_api.metric_server_error(period=_MINUTE, statistic="Average")
        # Of a new version that fails always, a tenth of the requests fail.
        text = "More than 3 % of the requests of a minute get a server error"
        yield self.alarm("ApiFaultsInAMinute", faults, text, above=0.03)
        failed = machine.metric_failed(period=_MINUTE)
        yield self.alarm("RunsFailedInAMinute", failed, "More than three executions failed in a minute", above=3)
        rate = product_metric(settings, "RunFailed", "Average", _MINUTE)
        text = "More than half of the runs of each of two minutes failed"
        yield self.alarm("RunFailureRateInAMinute", rate, text, above=0.5, periods=2)
        throttles = lambda_.Function.metric_all_throttles(period=_MINUTE)
        text = "Lambda refused more than fifty invocations in a minute"
        yield self.alarm("ThrottlesInAMinute", throttles, text, above=50)

    def watch_errors(self, name: str, functions: Sequence[PythonFunction]) -> None:
        """Adds a sudden alarm on the sum of the errors of at most ten functions, by the aliases that are invoked.

        Only for stages with a rollout: the sum is metric math, which the local engine does not accept.
        """
        errors = {f"m{number}": made.handler.metric_errors(period=_MINUTE) for number, made in enumerate(functions)}
        total = cloudwatch.MathExpression(
            expression="+".join(f"FILL({each}, 0)" for each in errors), using_metrics=errors, period=_MINUTE
        )
        text = f"These functions fail more than {_MANY_ERRORS} times in a minute"
        self.sudden.append(self.alarm(name, total, text, above=_MANY_ERRORS))

    def _watch_product(self, settings: StageSettings) -> None:
        def rate(name: str, period: Duration) -> cloudwatch.Metric:
            return product_metric(settings, name, "Average", period)

        self.alarm("RunFailureRate", rate("RunFailed", _QUARTER), "More than 10 % of runs fail", above=0.1, periods=2)
        self.alarm("FlaggedRate", rate("RunFlagged", _HOUR), "More than 30 % of personas are flagged", above=0.3)
        dead = rate("WebhookDead", _HOUR)
        self.alarm("WebhookDeadRate", dead, "More than 20 % of webhook deliveries are given up", above=0.2)
        for step in StepName:
            name = "".join(word.capitalize() for word in step.value.split("_"))
            slow = product_metric(settings, "StepDuration", "p99", _QUARTER, step=step.value)
            text = f"One in a hundred executions of {step.value} takes more than three minutes"
            self.alarm(f"StepSlow{name}", slow, text, above=_SLOW_STEP_MS, periods=2)
        spend = product_metric(settings, "CostUsd", "Sum", _HOUR)
        text = f"Models cost more than {settings.spend_usd_per_hour} USD in an hour"
        self.alarm("SpendPerHour", spend, text, above=settings.spend_usd_per_hour)

    def watch_dead_letters(self, dead_letters: Mapping[str, tuple[sqs.Queue, str]]) -> None:
        """Adds an alarm for each queue whose every message needs a person: name -> queue, what a message means."""
        for name, (queue, meaning) in dead_letters.items():
            visible = queue.metric_approximate_number_of_messages_visible(period=_FIVE_MINUTES)
            self.alarm(name, visible, meaning)

    def watch_age(self, queues: Mapping[str, tuple[sqs.Queue, Duration]]) -> None:
        """Adds an alarm for each queue whose oldest message has waited for longer than the duration."""
        for name, (queue, longest) in queues.items():
            age = queue.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES)
            minutes = longest.to_minutes()
            self.alarm(
                name, age, f"A message has waited for {minutes:g} minutes", above=longest.to_seconds(), periods=3
            )

    def watch_stream(self, construct_id: str, function: lambda_.IFunction, meaning: str) -> None:
        """Adds an alarm for a stream's `function` when it is five minutes late; its dead letters come a day later."""
        age = function.metric("IteratorAge", period=_FIVE_MINUTES, statistic="Maximum")
        self.alarm(construct_id, age, meaning, above=_LATE_MS)

    def alarm(
        self, name: str, metric: cloudwatch.IMetric, description: str, *, above: float = 0, periods: int = 1
    ) -> cloudwatch.Alarm:
        """Adds an alarm that notifies the topic when `metric` is `above` in that many periods in a row."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_description=f"{description}. See {name} in docs/runbook.md",
            metric=metric,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            threshold=above,
            evaluation_periods=periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        return alarm
