"""What a persona costs on AWS beside its models: `python -m benchmarks.aws_bill` prints the tables of docs/cost.md.

Units are those counted by tests/contract/api/test_request_counts.py; seconds are assumptions, stated below.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_COUNTS: Final = Path(__file__).parents[1] / "tests/contract/api/request_counts.json"

# List prices of us-east-1 in USD.
GIB_SECOND, MILLION = 0.0000133334, 1_000_000
WRITE_UNIT, READ_UNIT = 0.625 / MILLION, 0.125 / MILLION
TRANSITION, API_REQUEST, INVOCATION, WAF_REQUEST = 25 / MILLION, 3.5 / MILLION, 0.2 / MILLION, 0.6 / MILLION

# Seconds with real models, and GiB of memory.
RUN_S, FINGERPRINT_S, SUITE_S = 60, 60, 180
API_GIB, STEP_GIB, JOB_GIB = 1769 / 1024, 1.0, 0.5
TRANSITIONS, INVOCATIONS = 13, 20
# Requests of a client for each persona, the waiting one included.
REQUESTS: Final = 6

# A month of `prod`, whatever is made: snapshots, then alarms (55 metrics at 0.10) with the dashboard and a key, and
# the web ACL.
FIXED: Final = {"snapshots (10.2 GiB)": 40.0, "37 alarms, dashboard, key": 9.5, "web ACL with two rules": 7.0}
# 45 custom metrics at 0.30, billed for the hours in which something is measured.
METRICS: Final = 14.0
MODELS_USD: Final = 0.134
"""Anthropic's default models for a persona with both jobs (benchmarks/results/bill.json)."""


def tables_usd(counts: Mapping[str, Any], *operations: str) -> float:
    """The price of the DynamoDB units of these operations."""
    used = [counts[operation] for operation in operations]
    return float(sum(each["write_units"] * WRITE_UNIT + each["read_units"] * READ_UNIT for each in used))


def parts(counts: Mapping[str, Any]) -> dict[str, float]:
    """Part of a persona with both jobs -> USD."""
    run = ("POST /v1/personas, until the run starts", "six steps and the end of the run", "publishing its 3 events")
    return {
        "API, which waits for the run": RUN_S * API_GIB * GIB_SECOND,
        "six steps": RUN_S * STEP_GIB * GIB_SECOND,
        "state machine": TRANSITIONS * TRANSITION,
        "tables: run": tables_usd(counts, *run),
        "requests and invocations": REQUESTS * (API_REQUEST + WAF_REQUEST) + INVOCATIONS * INVOCATION,
        "fingerprint": FINGERPRINT_S * JOB_GIB * GIB_SECOND
        + tables_usd(counts, "fingerprint job, the first with its model"),
        "provocation suite": SUITE_S * JOB_GIB * GIB_SECOND + tables_usd(counts, "provocation suite job"),
    }


def month(persona_usd: float, personas: int) -> dict[str, float]:
    """Line of the bill of a month with so many personas -> USD."""
    return {
        **FIXED,
        "custom metrics": METRICS if personas > 1 else 0.0,
        "personas with both jobs": persona_usd * personas,
        "models": MODELS_USD * personas,
    }


def main() -> None:
    """Prints both tables."""
    costs = parts(json.loads(_COUNTS.read_text(encoding="utf-8")))
    total = sum(costs.values())
    lines = [f"| {name} | {usd:.5f} |" for name, usd in {**costs, "with both jobs": total}.items()]
    months = [month(total, personas) for personas in (1, 1_000, 1_000_000)]
    lines += [f"| {name} | {' | '.join(f'{each[name]:,.2f}' for each in months)} |" for name in months[0]]
    aws = [sum(usd for name, usd in each.items() if name != "models") for each in months]
    lines.append(f"| AWS | {' | '.join(f'{usd:,.2f}' for usd in aws)} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
