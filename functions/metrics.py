"""Writes measurements as metrics: a line of JSON in the function's log, which CloudWatch reads (EMF).

The dimension `service` is `fourfold-<stage>` in all of them, whichever function measures.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from aws_lambda_powertools.metrics import EphemeralMetrics

from fourfold.progress.measurements import Measurement

NAMESPACE: Final = "fourfold"


def record(measured: Iterable[Measurement]) -> None:
    """Writes a line for each combination of dimensions; nothing if there is no measurement."""
    by_dimensions: dict[tuple[tuple[str, str], ...], list[Measurement]] = defaultdict(list)
    for measurement in measured:
        by_dimensions[tuple(sorted(measurement.dimensions.items()))].append(measurement)
    for dimensions, group in by_dimensions.items():
        line = EphemeralMetrics(service=f"fourfold-{os.environ.get('FOURFOLD_STAGE', 'local')}", namespace=NAMESPACE)
        for name, value in dimensions:
            line.add_dimension(name, value)
        for measurement in group:
            line.add_metric(measurement.name, measurement.unit, measurement.value)  # writes a line of 100 values itself
        if line.metric_set:
            line.flush_metrics()
