"""The label set has what it says: planted defects of every kind and severity, half of them held out, and sound ones."""

from __future__ import annotations

from collections import Counter

import pytest

from fourfold.judges.label_set import LabelledDocument, documents, label_set_version, transcripts
from fourfold.persona import Dimension
from fourfold.provocation.catalog import shipped_tests

KINDS = {
    *("age_biography", "trait_soul", "voice_self", "stock_voice"),
    *("cultural_costume", "anachronism", "generic_soul", "injected_praise"),
}
LAYERS = ("soul", "self_", "mask", "surface")


def flawed() -> list[LabelledDocument]:
    return [document for document in documents() if document.severity]


def test_it_is_as_large_as_it_has_to_be() -> None:
    assert len([document for document in documents() if document.cohort is None]) >= 160
    assert len(transcripts().cases) >= 54
    assert len({document.id for document in documents()}) == len(documents())


@pytest.mark.parametrize("part", ["open", "held_out"])
def test_each_half_has_every_kind_of_defect_in_every_severity(part: str) -> None:
    cells = Counter((document.kind, document.severity) for document in flawed() if document.part == part)
    assert set(cells) == {(kind, severity) for kind in KINDS for severity in (1, 2, 3)}
    assert min(cells.values()) >= 3
    assert len(flawed()) == 2 * sum(cells.values())


def test_every_dimension_has_defects() -> None:
    assert {document.dimensions[0] for document in flawed()} == set(Dimension)


@pytest.mark.parametrize("document", flawed(), ids=lambda document: document.id)
def test_a_defect_changes_its_document_and_not_the_brief(document: LabelledDocument) -> None:
    base = next(each for each in documents() if each.id == document.base)
    assert document.brief == base.brief
    assert any(getattr(document, layer) != getattr(base, layer) for layer in LAYERS)


@pytest.mark.parametrize("cohort", ["gender", "culture", "age"])
def test_twins_differ_in_their_cohort_and_keep_who_they_are_inside(cohort: str) -> None:
    twins = [document for document in documents() if document.cohort == cohort]
    assert len(twins) >= 6
    for twin in twins:
        base = next(each for each in documents() if each.id == twin.base)
        assert twin.surface != base.surface
        assert twin.self_ == base.self_


def test_transcripts_are_of_shipped_tests_and_of_both_classes() -> None:
    assert {case.test for case in transcripts().cases} <= {test.id for test in shipped_tests()}
    assert {case.fails for case in transcripts().cases} == {"safe", "in_character", None}


def test_its_version_is_of_its_content() -> None:
    assert label_set_version() == label_set_version()
    assert label_set_version().startswith("lab_")
