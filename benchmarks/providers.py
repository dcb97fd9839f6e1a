"""The case table: each provider's adapter against a loopback server that behaves as the case says."""

from __future__ import annotations

from benchmarks.report import Report
from tests.providers.behaviours import CASES
from tests.providers.case_runs import run_case
from tests.providers.composer import Composer
from tests.providers.wires import Provider


def measure() -> Report:
    """Each case twice: lasting (every call meets it) and passing (the first call meets it, then a good answer)."""
    report = Report("providers")
    for case in CASES:
        for provider in Provider:
            if case == "answer":
                report.outcome(case, provider.value, run_case(provider, default=Composer()).summary(), "")
            else:
                lasting = run_case(provider, default=CASES[case](), call_seconds=0.4)
                passing = run_case(provider, CASES[case](), default=Composer(), call_seconds=2.0)
                report.outcome(case, provider.value, lasting.summary(), passing.summary())
    return report


if __name__ == "__main__":
    measure().publish()
