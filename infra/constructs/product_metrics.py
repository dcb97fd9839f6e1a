"""The metrics that functions write (functions/metrics.py), by name."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from functions.metrics import NAMESPACE
from infra.settings import StageSettings


def product_metric(
    settings: StageSettings, name: str, statistic: str, period: Duration, **dimensions: str
) -> cloudwatch.Metric:
    """The metric `name` of a stage; `dimensions` are those of its measurements (fourfold.progress.measurements)."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": f"fourfold-{settings.name}", **dimensions},
        statistic=statistic,
        period=period,
    )
