"""schemathesis against the local engine, over 5,000 cases: `python -m benchmarks.schemathesis_run`, six minutes.

It needs no preparation: it serves its own stack and makes its keys, with all scopes, and enough of them that none
reaches its rate limit. It prints each failure with the request that shows it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report
from benchmarks.server import served
from fourfold.http.scopes import SCOPES
from tests.contract.api.schemathesis_run import walk

KEYS = 40
EXAMPLES = 25
ENVIRONMENT = {"FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK": "1", "FOURFOLD_WEBHOOK_URL": "http://127.0.0.1:9/hooks"}


def measure(examples: int = EXAMPLES) -> Report:
    """One walk over every operation."""
    report = Report("schemathesis")
    os.environ.update(ENVIRONMENT)
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as folder, served(Path(folder)) as stack:
        stack.without_jobs()
        with stack.client() as client:
            body = {"name": "schemathesis", "scopes": list(SCOPES)}
            keys = [client.post("/v1/keys", json=body).raise_for_status().json()["key"] for _ in range(KEYS)]
        began = time.perf_counter()
        done = walk(stack.url, keys, examples, Path(folder))
        took = time.perf_counter() - began
    tested, total = done.operations
    report.figure("operations", tested, "tested", f"of {total} in openapi.json")
    report.figure("cases", done.cases, "requests", "examples, coverage, fuzzing and stateful phases; all checks")
    report.figure("failures", done.failures, "cases", "target 0")
    report.figure("wall time", took, "s")
    if done.failures:
        sys.stdout.write(done.said)
    return report


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES).publish()
