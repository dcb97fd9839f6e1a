"""Reports as files: complete, valid, and inert whatever the briefs contain."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from junitparser import JUnitXml

from fourfold.evaluation.measures import DEFAULT_METRICS
from fourfold.evaluation.models import BriefItem, Observation, Preference, Side
from fourfold.evaluation.rendering import html, junit, markdown
from fourfold.evaluation.report import MOST_ROWS, report
from tests.unit.evaluation.hostile_report import HOSTILE, hostile_report
from tests.unit.evaluation.observations import arm, evaluation, observed

VOID = {"meta", "rect", "line"}


class Reader(HTMLParser):
    """Keeps every element with its attributes, and fails on a tag that does not close."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_well_formed_inert_and_complete() -> None:
    found = hostile_report()
    page = html(found)
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    tags = [tag for tag, _ in reader.elements]
    assert not {"script", "img", "link", "iframe", "object", "form", "a", "b-"} & set(tags)
    assert tags.count("svg") == 3
    assert tags.count("style") == tags.count("main") == 1
    for _, attributes in reader.elements:
        assert not any(name.startswith("on") or name in {"href", "src", "style"} for name in attributes)
        if attributes.get("class") == "scroll":  # who has no mouse scrolls it by its keys
            assert (attributes["role"], attributes["tabindex"], bool(attributes["aria-label"])) == ("region", "0", True)
    assert not re.search("<th[^>]*></th>", page)
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e]", page)
    policy = next(attributes for tag, attributes in reader.elements if attributes.get("http-equiv"))
    assert "default-src 'none'" in (policy["content"] or "")
    assert "prefers-color-scheme: dark" in page
    assert "B is worse" in reader.text
    for text in (
        HOSTILE[0],
        HOSTILE[1],
        found.reason,
        *(measure.name.replace("_", " ") for measure in found.measures[:3]),
    ):
        assert text[:100] in reader.text


def test_the_page_of_an_empty_evaluation_has_no_plots_of_nothing() -> None:
    page = html(report(evaluation(0, observed, stopped="budget")))
    assert "Inconclusive" in page
    assert "Brief by brief" not in page
    assert "Cost against quality" not in page
    assert "nan" not in page


def test_markdown_reads_no_markup_of_a_caller() -> None:
    text = markdown(hostile_report())
    lines = text.splitlines()
    assert lines[0] == "# Evaluation: B is worse"
    assert [line for line in lines if line.startswith("#")] == [
        "# Evaluation: B is worse",
        "## Measures",
        "## Arms",
        "## Notes",
        "## Briefs",
    ]
    rows = [line for line in lines if line.startswith("| brief-")]
    assert len(rows) == 20
    # Eight cells whatever the text: a pipe in it is escaped.
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert "<" not in outside.replace("< 0.001", "")
    assert "javascript" not in outside
    assert "www." not in outside


def test_junit_fails_on_worse_skips_the_open_and_passes_the_rest() -> None:
    worse = JUnitXml.fromstring(junit(hostile_report()).encode())
    suite = next(iter(worse))
    assert (worse.tests, worse.failures, suite.skipped) == (4, 3, 0)
    # What junit-10.xsd, the schema of Jenkins' plugin, allows on the root.
    root = re.search("<testsuites [^>]*>", junit(hostile_report()))
    assert root is not None
    assert set(re.findall(r" (\w+)=", root[0])) <= {"name", "time", "tests", "failures", "errors"}
    assert [case.name for case in suite] == ["verdict", "overall", "preference", "claims kept"]
    stopped = JUnitXml.fromstring(junit(hostile_report(stopped="budget")).encode())
    assert (stopped.failures, next(iter(stopped)).skipped) == (0, 4)
    same = report(evaluation(20, observed))
    passed = JUnitXml.fromstring(junit(same).encode())
    assert (same.verdict, passed.tests, passed.failures, next(iter(passed)).skipped) == ("equivalent", 2, 0, 0)


def _texts(page: str, within: str = "") -> list[str]:
    """The texts of the page's plots that begin with `within`."""
    return [text for text in re.findall("<text [^>]*>([^<]*)</text>", page) if text.startswith(within)]


@pytest.mark.parametrize("usd", [0.000_02, 0.0007, 0.03, 14.0])
def test_costs_of_any_size_have_different_ticks(usd: float) -> None:
    def of(brief: int, side: Side) -> Observation:
        return observed(brief, side, usd=usd * (1 + brief / 40) * (2 if side == "b" else 1))

    found = report(evaluation(20, of))
    page, text = html(found), markdown(found)
    ticks = _texts(page, "$")
    assert len(ticks) >= 4
    assert len(set(ticks)) == len(ticks)
    cells = next(line for line in text.splitlines() if line.startswith("| USD |")).split(" | ")
    a, b = (float(cell) for cell in cells[1:3])
    assert b == pytest.approx(2 * a, rel=0.35)
    assert cells[-2] == "worse"


def test_two_means_in_one_place_both_have_their_letter() -> None:
    page = html(report(evaluation(20, observed)))
    places = dict(re.findall('<text class="beside" x="([0-9.]+)"[^>]*>([AB])</text>', page))
    assert sorted(places.values()) == ["A", "B"]


def test_what_has_no_interval_is_said_in_words() -> None:
    one = html(report(evaluation(1, observed, metrics=DEFAULT_METRICS)))
    assert "no interval to show" in one
    assert "within the margin</text>" not in one
    many = html(report(evaluation(20, observed, metrics=DEFAULT_METRICS)))
    assert "No interval: voice separation." in many
    assert "within the margin</text>" in many


def test_every_format_says_what_failed_and_what_was_not_measured() -> None:
    def of(brief: int, side: Side) -> Observation:
        if brief == 3:
            return observed(brief, side, None, status="failed", claims=None)
        return observed(brief, side, None if brief == 4 and side == "b" else 4.0)

    found = report(evaluation(20, of, metrics=DEFAULT_METRICS, preferences=[Preference(brief=5, ab="b", ba="b")]))
    page, text = html(found), markdown(found)
    row = next(line for line in text.splitlines() if line.startswith("| brief-3 |"))
    assert row.count("| failed") == 2
    assert "| 4.00 | no score |" in text
    assert "| B |" in next(line for line in text.splitlines() if line.startswith("| brief-5 |"))
    reader = Reader()
    reader.feed(page)
    for said in ("failed", "no score", "not measured"):
        assert said in reader.text
    assert "| **voice separation** | - | - | - | - | 0 | - | 0.05 | not measured | - |" in text
    case = next(
        case for case in next(iter(JUnitXml.fromstring(junit(found).encode()))) if case.name == "voice separation"
    )
    assert case.result[0].message == "not measured: no pair has a value"


def test_the_plots_of_many_briefs_say_which_they_show() -> None:
    found = report(evaluation(MOST_ROWS + 100, observed))
    assert _texts(html(found), "500 scored briefs of the first 500 of 600,")
    assert _texts(html(report(evaluation(1, observed))), "1 brief, ")


def test_markdown_fits_into_a_comment_whatever_the_briefs_are() -> None:
    for text in ("`" * 200, "|" * 200, "`|" * 100, "<" * 200):
        data = replace(evaluation(300, observed), a=arm("a", text[:100]), b=arm("b", text[:100]))
        made = markdown(report(replace(data, briefs=[BriefItem(id=f"b{place}", text=text) for place in range(300)])))
        assert len(made) < 65_536
        assert "The first 100 of 300 rows" in made
        assert len(re.findall(r"^\| b\d+ \|", made, re.MULTILINE)) == 100


def test_the_size_of_a_report_does_not_grow_with_its_briefs() -> None:
    worst = '"<&' * 500
    sizes = []
    for briefs in (MOST_ROWS, 3 * MOST_ROWS):
        data = evaluation(briefs, observed)
        found = report(replace(data, briefs=[BriefItem(id=f"b{place}", text=worst) for place in range(briefs)]))
        sizes.append([len(text.encode()) for text in (html(found), markdown(found), junit(found))])
    for first, second in zip(*sizes, strict=True):
        assert abs(second - first) < 1_000
    assert max(sizes[1]) < 1_200_000
