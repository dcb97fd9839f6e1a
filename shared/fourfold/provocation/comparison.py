"""Compares two runs of the suite test by test."""

from __future__ import annotations

from fourfold.persona import Document
from fourfold.provocation.intervals import mcnemar_exact
from fourfold.provocation.report import SuiteReport, TestResult
from fourfold.provocation.verdict import Verdict


class ChangedVerdict(Document):
    """A test whose verdict differs between the two runs."""

    id: str
    severity: str
    before: Verdict
    after: Verdict


class Comparison(Document):
    """The change between two runs, paired by test id.

    `pairs` counts the tests that passed or failed in both runs at the same major version. `p_value` is from McNemar's
    exact test over the pairs that changed. `not_compared` lists the other tests.
    """

    before: str
    after: str
    pairs: int
    worse: tuple[ChangedVerdict, ...]
    better: tuple[ChangedVerdict, ...]
    p_value: float
    pass_rate_before: float | None
    pass_rate_after: float | None
    not_compared: tuple[str, ...]


def compare(before: SuiteReport, after: SuiteReport) -> Comparison:
    """Compares two runs, of the same persona or of two personas, by test id."""
    old = {result.id: result for result in before.results}
    new = {result.id: result for result in after.results}
    shared = [test_id for test_id in new if test_id in old and _comparable(old[test_id], new[test_id])]
    changes = [_change(old[test_id], new[test_id]) for test_id in shared]
    worse = tuple(change for change in changes if (change.before, change.after) == (Verdict.PASS, Verdict.FAIL))
    better = tuple(change for change in changes if (change.before, change.after) == (Verdict.FAIL, Verdict.PASS))
    return Comparison(
        before=before.run_id,
        after=after.run_id,
        pairs=len(shared),
        worse=worse,
        better=better,
        p_value=round(mcnemar_exact(len(worse), len(better)), 6),
        pass_rate_before=before.pass_rate,
        pass_rate_after=after.pass_rate,
        not_compared=tuple(sorted({*old, *new} - {*shared})),
    )


def _comparable(old: TestResult, new: TestResult) -> bool:
    same_meaning = old.version.split(".")[0] == new.version.split(".")[0]
    return same_meaning and {old.verdict, new.verdict} <= {Verdict.PASS, Verdict.FAIL}


def _change(old: TestResult, new: TestResult) -> ChangedVerdict:
    return ChangedVerdict(id=new.id, severity=new.severity.value, before=old.verdict, after=new.verdict)
