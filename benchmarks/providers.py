"""The case table: every provider's adapter against a loopback server that behaves as each case says."""

from __future__ import annotations

from benchmarks.report import Report
from tests.providers.behaviours import CASES
from tests.providers.case_runs import run_case
from tests.providers.composer import Composer
from tests.providers.wires import Provider


def measure() -> Report:
    """Each case twice: lasting (what the chain does in the end) and passing (met once, then a good answer)."""
    report = Report("providers")
    for case in CASES:
        for provider in Provider:
            if case == "answer":
                report.outcome(case, provider.value, run_case(provider, default=Composer()).told(), "")
            else:
                lasting = run_case(provider, default=CASES[case](), call_seconds=0.4)
                passing = run_case(provider, CASES[case](), default=Composer())
                report.outcome(case, provider.value, lasting.told(), passing.told())
    return report


if __name__ == "__main__":
    measure().publish()
