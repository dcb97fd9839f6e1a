"""A voice check with the provocation suite: every test on the present models and on the other one, in pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fourfold.jobs.answers import PaidAnswers, PartOfAnswers, part_key, texts_of_part
from fourfold.jobs.job import Conclusion, failed_calls
from fourfold.llm.port import ModelCall
from fourfold.progress.run import Run
from fourfold.provocation.comparison import compare
from fourfold.provocation.report import SuiteReport
from fourfold.provocation.suite import SuiteJob
from fourfold.provocation.verdict import Verdict
from fourfold.voice.embedder import MeteredEmbedder
from fourfold.voice.voice_check_job import VoiceCheckJob, concluded
from fourfold.voice_certificate import SuiteChange

_BEFORE: Final = "before"
_AFTER: Final = "after"


@dataclass
class ModelCheckJob:
    """Implements `fourfold.jobs.job.Job`: the scenarios of `voice`, and the suite on both sides.

    Each part keeps its answers under keys of its own, so a test that was paid for on one side is not paid for again.
    """

    voice: VoiceCheckJob
    before: SuiteJob
    after: SuiteJob

    def items(self, answers: PaidAnswers) -> Sequence[str]:
        """The tests of both sides, which take longest, then the scenarios."""
        tests = [
            part_key(side, test_id)
            for side, suite in self._sides.items()
            for test_id in suite.items(PartOfAnswers(answers, side))
        ]
        return [*tests, *self.voice.items(answers)]

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Runs a test, or asks a scenario."""
        side, _, test_id = key.partition("/")
        if side in self._sides:
            self._sides[side].perform(test_id, PartOfAnswers(answers, side))
        else:
            self.voice.perform(key, answers)

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:
        """Builds the certificate with the comparison of the suites, and its event."""
        embedder = MeteredEmbedder(self.voice.embedder)
        paid = [*self.calls_in(stored), *failed_calls(stored)]
        made = self.voice.certified(run, stored, paid, embedder, at)
        reports = [
            suite.report(run, suite.results_in(texts_of_part(stored, side)), at) for side, suite in self._sides.items()
        ]
        return concluded(run, made.model_copy(update={"suite": suite_change(*reports)}), embedder.calls)

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of all parts so far."""
        suites = [suite.calls_in(texts_of_part(stored, side)) for side, suite in self._sides.items()]
        return [*self.voice.calls_in(stored), *(call for calls in suites for call in calls)]

    @property
    def _sides(self) -> Mapping[str, SuiteJob]:
        return {_BEFORE: self.before, _AFTER: self.after}


def suite_change(before: SuiteReport, after: SuiteReport) -> SuiteChange:
    """What the suites of the two models come to, paired by test."""
    found = compare(before, after)
    passed = [{each.id for each in report.results if each.verdict is Verdict.PASS} for report in (before, after)]
    return SuiteChange(
        pairs=found.pairs,
        both_passed=len((passed[0] & passed[1]) - {*found.not_compared}),
        lost=tuple(each.id for each in found.worse),
        gained=tuple(each.id for each in found.better),
        p_value=found.p_value,
        not_compared=found.not_compared,
    )
