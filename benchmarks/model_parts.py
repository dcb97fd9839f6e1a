"""Providers by parts: how many calls each part of the product makes to the provider that is configured, on the wire.

`python -m benchmarks.model_parts` takes some minutes for each provider.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.report import Report
from tests.integration.local_server import LocalServer
from tests.integration.provider_parts import home_of
from tests.providers.wires import Provider


def measure() -> Report:
    """One row for each provider and part; `to others` counts calls that went anywhere else."""
    report = Report("model_parts")
    first: LocalServer | None = None
    with tempfile.TemporaryDirectory() as folder:
        for provider in Provider:
            with home_of(provider, Path(folder) / provider.value, first) as configured:
                first = first or configured.home
                configured.run_all()
            print(provider.value, configured.calls, flush=True)
            others = sum(request.provider is not provider for request in configured.server.requests)
            offline = sum("offline" in str(document) for document in configured.documents)
            for part, calls in configured.calls.items():
                report.figure(f"{provider.value}: {part}", calls, "calls")
            report.figure(f"{provider.value}: to others", others, "calls")
            report.figure(f"{provider.value}: documents that name the offline composer", offline, "documents")
    return report


if __name__ == "__main__":
    measure().publish()
