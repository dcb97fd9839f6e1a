"""The parts of the deep checks: where a reader looks for them, and what their run prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import run_deep
from tests.deep_parts import PARTS, PROCESSES

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_page_describes_every_part() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == PARTS


def test_parts_with_several_processes_are_parts() -> None:
    assert PROCESSES.keys() <= PARTS.keys()


def test_the_table_has_what_each_part_took_and_a_failed_one_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = {
        "random": run_deep.Outcome("random", True, 61.2, 99.0),
        "labels": run_deep.Outcome("labels", False, 9, 8),
    }
    monkeypatch.setattr(run_deep, "synthesize_once", lambda: None)
    monkeypatch.setattr(run_deep, "run_part", lambda part, _show: outcomes[part])
    assert run_deep.main(["random", "labels"]) == 1
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[-4:]]
    rows[-1][4] = "0"  # the seconds of all, side by side
    assert rows == [
        ["part", "result", "s", "CPU", "s"],
        ["random", "passed", "61", "99"],
        ["labels", "FAILED", "9", "8"],
        ["all", "1", "of", "2", "0", "107"],
    ]
    assert run_deep.main(["random"]) == 0


def test_a_part_that_is_not_there_is_named_and_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_deep.main(["random", "no-such"]) == 2
    assert "no part no-such" in capsys.readouterr().err


def test_a_part_runs_with_many_examples_and_each_line_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os; print(os.environ['FOURFOLD_MANY_EXAMPLES']); sum(range(3_000_000)); raise SystemExit(1)"
    started = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _command, **more: started([sys.executable, "-c", code], **more))
    lines = list[str]()
    outcome = run_deep.run_part("labels", lines.append)
    assert lines == [f"labels | {PARTS['labels']}", "labels | 1"]
    assert not outcome.passed
    assert outcome.cpu_seconds > 0
