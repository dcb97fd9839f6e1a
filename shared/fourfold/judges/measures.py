"""The measures of a judge on the label set, from its verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

from fourfold.judge_passports import Figure
from fourfold.judges.agreement import kappa, mean, rank_agreement, share
from fourfold.judges.label_set import LabelledDocument
from fourfold.judges.verdicts import DocumentVerdict

GRAVE: Final = 3
Verdicts = Mapping[str, DocumentVerdict]


def audit_measures(documents: Sequence[LabelledDocument], verdicts: Verdicts) -> dict[str, Figure]:
    """The measures of an audit by name. Higher is better for each, except for `cohort_gap.*`.

    `found` counts a defect with a finding of severity 3 or more in one of its dimensions; `noticed` one that lowers the
    score of one of its dimensions below that of its sound base. `in_order` is the share of pairs of severities of one
    defect in one document in which the graver one has the lower score (the mean over its dimensions).
    """
    sound = [document for document in documents if document.severity == 0]
    flawed = [document for document in documents if document.severity > 0]
    grave = [document for document in flawed if document.severity == GRAVE]
    measured: dict[str, Figure | None] = {
        "kappa": kappa(
            [(False, bool(verdicts[document.id].flagged)) for document in sound]
            + [(True, is_found(document, verdicts)) for document in grave]
        ),
        "specificity": _share(not verdicts[document.id].flagged for document in sound),
        "found": _found(grave, verdicts),
        "in_order": _in_order(flawed, verdicts),
        "rank_agreement": rank_agreement(
            [(-float(document.severity), _score(document, verdicts)) for document in flawed]
        ),
    }
    for part in ("open", "held_out"):
        measured[f"found.{part}"] = _found([each for each in grave if each.part == part], verdicts)
        measured[f"specificity.{part}"] = _share(not verdicts[each.id].flagged for each in sound if each.part == part)
    for severity in (1, 2, 3):
        graded = [document for document in flawed if document.severity == severity]
        measured[f"noticed.severity_{severity}"] = _share(is_noticed(document, verdicts) for document in graded)
    for dimension in dict.fromkeys(document.dimensions[0] for document in grave):
        measured[f"found.{dimension.value}"] = _found(
            [document for document in grave if document.dimensions[0] is dimension], verdicts
        )
    return {name: figure for name, figure in measured.items() if figure is not None}


def transcript_measures(verdicts: Sequence[tuple[bool, bool | None]]) -> dict[str, Figure]:
    """The measures of a suite's judge. A transcript on which it is unsure counts as judged wrongly."""
    pairs = [(label, (not label) if verdict is None else verdict) for label, verdict in verdicts]
    measured = {
        "kappa": kappa(pairs),
        "sensitivity": _share(verdict for label, verdict in pairs if label),
        "specificity": _share(not verdict for label, verdict in pairs if not label),
    }
    return {name: figure for name, figure in measured.items() if figure is not None}


def cohort_gaps(documents: Sequence[LabelledDocument], verdicts: Verdicts) -> dict[str, Figure]:
    """By cohort, the mean absolute difference of the overall score (0-5) between a twin and its base."""
    gaps: dict[str, list[float]] = {}
    for document in documents:
        if document.cohort is not None:
            gap = abs(verdicts[document.id].overall - verdicts[document.base].overall)
            gaps.setdefault(document.cohort, []).append(gap)
    found = {cohort: mean(values) for cohort, values in gaps.items()}
    return {cohort: figure for cohort, figure in found.items() if figure is not None}


def is_found(document: LabelledDocument, verdicts: Verdicts) -> bool:
    """Whether the judge has a finding of severity 3 or more in one of the defect's dimensions."""
    return not set(document.dimensions).isdisjoint(verdicts[document.id].flagged)


def is_noticed(document: LabelledDocument, verdicts: Verdicts) -> bool:
    """Whether the score of one of the defect's dimensions is below that of the sound base."""
    scores, base = verdicts[document.id].scores, verdicts[document.base].scores
    return any(scores[dimension] < base[dimension] for dimension in document.dimensions)


def _found(documents: Iterable[LabelledDocument], verdicts: Verdicts) -> Figure | None:
    return _share(is_found(document, verdicts) for document in documents)


def _score(document: LabelledDocument, verdicts: Verdicts) -> float:
    scores = verdicts[document.id].scores
    return sum(scores[dimension] for dimension in document.dimensions) / len(document.dimensions)


def _in_order(flawed: Iterable[LabelledDocument], verdicts: Verdicts) -> Figure | None:
    ladders: dict[tuple[str, str], list[LabelledDocument]] = {}
    for document in flawed:
        ladders.setdefault((document.base, document.kind), []).append(document)
    pairs = [pair for ladder in ladders.values() for pair in combinations(sorted(ladder, key=_severity), 2)]
    return _share(_score(graver, verdicts) < _score(slighter, verdicts) for slighter, graver in pairs)


def _severity(document: LabelledDocument) -> int:
    return document.severity


def _share(outcomes: Iterable[bool]) -> Figure | None:
    counted = list(outcomes)
    return share(sum(counted), len(counted))
