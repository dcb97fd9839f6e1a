"""One dashboard for a stage: the product's metrics, and those of the services below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fourfold.llm.port import ModelFailure
from fourfold.models.credentials import KEY_VARIABLES
from fourfold.steps import StepName
from infra.constructs.product_metrics import product_metric
from infra.settings import StageSettings

_PERIOD = Duration.minutes(15)
_HOUR = Duration.hours(1)
_PROVIDERS = (*KEY_VARIABLES, "bedrock", "compatible", "offline")
_JOBS = ("fingerprint", "provocation")
_DRIFT = "persona.drift_detected"


class Dashboard(Construct):
    """The dashboard `fourfold-<stage>`: a row for runs, models, jobs and events, queues, and the API."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StageSettings,
        rest_api: apigateway.RestApi,
        queues: Mapping[str, sqs.Queue],
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        rows = [self._runs(), self._models(), self._jobs(), _queues(queues), _api(rest_api)]
        cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"fourfold-{settings.name}", widgets=rows)

    def _runs(self) -> list[cloudwatch.IWidget]:
        flagged = self._metric("RunFlagged", "Average")
        steps = [self._metric("StepDuration", "p99", step=step.value) for step in StepName]
        return [
            _graph("Runs started, audit retries", [self._sum("RunsStarted"), self._sum("AuditRetries")]),
            _graph("Failed and flagged (share)", [self._metric("RunFailed", "Average"), flagged]),
            _graph("Run duration (ms)", [self._metric("RunDuration", statistic) for statistic in ("p50", "p99")]),
            _graph("Step duration, p99 (ms)", steps),
        ]

    def _models(self) -> list[cloudwatch.IWidget]:
        def by_provider(name: str, statistic: str = "Sum") -> list[cloudwatch.Metric]:
            return [self._metric(name, statistic, provider=provider) for provider in _PROVIDERS]

        failures = [
            self._metric("ModelFailures", "Sum", provider=provider, failure=failure.value)
            for provider in self._providers()
            for failure in ModelFailure
        ]
        return [
            _graph("Cost in an hour (USD)", [product_metric(self._settings, "CostUsd", "Sum", _HOUR)]),
            _graph("Tokens", [*by_provider("InputTokens"), *by_provider("OutputTokens")]),
            _graph("Model duration, p99 (ms)", by_provider("ModelDuration", "p99")),
            _graph("Model failures", failures),
        ]

    def _jobs(self) -> list[cloudwatch.IWidget]:
        drift, retries = self._metric("Events", "Sum", type=_DRIFT), self._sum("WebhookRetries")
        return [
            _graph("Jobs failed (share)", [self._metric("JobFailed", "Average", job=job) for job in _JOBS]),
            _graph("Job duration, p99 (ms)", [self._metric("JobDuration", "p99", job=job) for job in _JOBS]),
            _graph("Drift alerts", [drift]),
            _graph("Webhooks given up (share), retries", [self._metric("WebhookDead", "Average"), retries]),
        ]

    def _providers(self) -> list[str]:
        """The providers that this stage calls: a graph of every failure of every provider could not be read."""
        return [provider.partition(":")[0] for provider in self._settings.providers] or ["offline"]

    def _sum(self, name: str) -> cloudwatch.Metric:
        return self._metric(name, "Sum")

    def _metric(self, name: str, statistic: str, **dimensions: str) -> cloudwatch.Metric:
        metric = product_metric(self._settings, name, statistic, _PERIOD, **dimensions)
        return metric.with_(label=" ".join((name, *dimensions.values())))


def _queues(queues: Mapping[str, sqs.Queue]) -> list[cloudwatch.IWidget]:
    waiting = [
        queue.metric_approximate_number_of_messages_visible(label=name, period=_PERIOD)
        for name, queue in queues.items()
    ]
    oldest = [
        queue.metric_approximate_age_of_oldest_message(label=name, period=_PERIOD) for name, queue in queues.items()
    ]
    return [_graph("Messages waiting", waiting, width=12), _graph("Age of the oldest message (s)", oldest, width=12)]


def _api(rest_api: apigateway.RestApi) -> list[cloudwatch.IWidget]:
    return [
        _graph("Requests", [rest_api.metric_count(period=_PERIOD)]),
        _graph(
            "Errors (share)",
            [
                rest_api.metric_client_error(period=_PERIOD, statistic="Average"),
                rest_api.metric_server_error(period=_PERIOD, statistic="Average"),
            ],
        ),
        _graph("Latency, p99 (ms)", [rest_api.metric_latency(period=_PERIOD, statistic="p99")]),
        _graph(
            "Lambda in the account",
            [
                lambda_.Function.metric_all_concurrent_executions(period=_PERIOD),
                lambda_.Function.metric_all_throttles(period=_PERIOD),
            ],
        ),
    ]


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric], width: int = 6) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width)
