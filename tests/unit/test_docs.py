"""The documentation's links and paths lead to files that exist, and its indexes are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
INLINE = re.compile(r"`([^`\s]+)`")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FOLDERS = ("app.py", "benchmarks/", "docs/", "events/", "functions/", "infra/", "layers/", "shared/", "tests/")


def _name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_path_a_page_names_exists(page: Path) -> None:
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    paths = [path for path in INLINE.findall(prose) if path.startswith(FOLDERS)]
    assert [path for path in paths if not list(REPOSITORY.glob(re.sub(r"<\w+>", "*", path)))] == []


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_an_index_lists_every_page_of_its_folder(folder: str) -> None:
    index = REPOSITORY / folder / "README.md"
    pages = {page.name for page in index.parent.glob("*.md")} - {index.name}
    assert pages - set(LINK.findall(index.read_text(encoding="utf-8"))) == set()


def test_numbers_without_a_decision_are_explained() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    numbers = {int(page.name[:4]) for page in folder.glob("[0-9]*.md")}
    [explained] = re.findall(r"There are no records ([\d, and]+)\.", (folder / "README.md").read_text(encoding="utf-8"))
    assert set(map(int, re.findall(r"\d+", explained))) == set(range(1, max(numbers))) - numbers


def test_the_readme_leads_to_what_breaks_first_at_scale() -> None:
    assert "docs/scale.md" in LINK.findall((REPOSITORY / "README.md").read_text(encoding="utf-8"))
