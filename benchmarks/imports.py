"""The time a cold Lambda worker takes to import each handler, and a step with each adapter, beside boto3 alone."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Report

REPOSITORY = Path(__file__).parents[1]
RUNS = 9
MODELS = (
    "offline:composer-1",
    "anthropic:claude-opus-4-7",
    "openai:gpt-6.1-sol",
    "google:gemini-3.8-flash",
    "bedrock:global.anthropic.claude-opus-4-7",
    "compatible:llama3.1:8b",
)
_ADAPTER = "from fourfold.models import adapter; adapter({!r})"
ALTERNATIVES = {"interpreter alone": "pass", "boto3 alone": "import boto3", "pydantic alone": "import pydantic"}


def measure() -> Report:
    """Wall time of a new interpreter that imports the module, less the interpreter's own. All modules in each round."""
    report = Report("imports")
    handlers = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/handler.py"))
    programs = ALTERNATIVES | {f"functions.{name}.handler": f"import functions.{name}.handler" for name in handlers}
    programs |= {f"and {name}": f"import functions.soul_draft.handler; {_ADAPTER.format(name)}" for name in MODELS}
    times: dict[str, list[float]] = {what: [] for what in programs}
    for _ in range(RUNS):
        for what, program in programs.items():
            times[what].append(_wall_ms(program))
    for what in programs:
        if what == "interpreter alone":
            report.timing(what, times[what])
        else:
            own = [total - alone for total, alone in zip(times[what], times["interpreter alone"], strict=True)]
            report.timing(what, own, "less the interpreter")
    return report


def _wall_ms(program: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    measure().publish()
