"""`fourfold evaluate` and `fourfold evaluations wait`: files of briefs, interruptions, reports and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fourfold.cli.client import ApiError, Client, UnreachableError
from fourfold.cli.main import app
from tests.contract.api.conftest import FULL_KEY, Live
from tests.contract.api.evaluation_machine import EvaluationMachine

Command = Callable[..., Result]
ARGUMENTS = ("--b", "naive", "--max-usd", "1")
OF_FILE = (*ARGUMENTS, "--briefs", "briefs.txt")


@pytest.fixture
def fourfold(live: Live, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    monkeypatch.chdir(tmp_path)
    assert machine.started == []
    return lambda *words, **more: CliRunner().invoke(app, list(words), **more)


def written(content: bytes) -> None:
    Path("briefs.txt").write_bytes(content)


def following(monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    def fails(*_: object) -> Iterator[dict[str, Any]]:
        yield {"type": "job.progress", "done": 0, "total": 1}
        raise failure

    monkeypatch.setattr(Client, "follow", fails)


@pytest.mark.parametrize(
    ("content", "briefs"),
    [
        (b"\xef\xbb\xbfA nurse, 40\r\n\r\n  \r\nA baker, 50\r\n", 2),
        ("A nurse,\u2028forty\nA baker,\u0085fifty".encode(), None),
        ("A nurse,\u2028forty\rA baker, 50".encode(), 2),
    ],
)
def test_a_brief_is_a_line(fourfold: Command, content: bytes, briefs: int | None) -> None:
    written(content)
    expected = fourfold("evaluate", *OF_FILE, "--estimate", "--json")
    if briefs is None:  # U+0085 is a control character
        assert (expected.exit_code, "briefs.txt line 2" in expected.output) == (1, False)
        assert json.loads(expected.stderr)["errors"][0]["pointer"] == "/briefs/1"
        return
    one = fourfold("evaluate", *ARGUMENTS, "--briefs", "-", "--estimate", "--json", input="A nurse, 40\n")
    assert json.loads(expected.stdout)["calls"]["low"] == briefs * json.loads(one.stdout)["calls"]["low"]


def test_a_problem_names_the_line(fourfold: Command, machine: EvaluationMachine) -> None:
    written(b"A nurse, 40\n\n\nA baker\nA NURSE,  40")
    refused = fourfold("evaluate", *OF_FILE)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "briefs.txt line 5: The same brief as briefs.txt line 1" in refused.stderr
    for content, said in ((b"", "has no brief"), (b"\xff\xfe", "not valid UTF-8")):
        written(content)
        refused = fourfold("evaluate", *OF_FILE)
        assert (refused.exit_code, "briefs.txt" in refused.stderr, said in refused.stderr) == (1, True, True)
    assert fourfold("evaluate", *OF_FILE, "--html", "none/report.html").exit_code == 2
    assert machine.started == []


@pytest.mark.parametrize(
    ("side", "pointer"),
    [
        ("anthropic:claude-opus-4-7", "b.model"),
        ("claude-opus-4-7", "b.model"),
        ("nobody:gpt", "b.model"),
        ("anthropic-current", "b.preset"),
        ("compatible:llama3.1:8b", "b.preset"),
        ("nothing", "b.preset"),
    ],
)
def test_a_side_is_a_model_or_a_preset(fourfold: Command, side: str, pointer: str) -> None:
    written(b"A nurse, 40")
    refused = fourfold("evaluate", "--b", side, "--max-usd", "1", "--briefs", "briefs.txt", "--estimate")
    assert (refused.exit_code, f"{pointer}: " in refused.stderr) == (1, True), refused.stderr


def test_a_side_that_is_changed_is_not_called_current(
    fourfold: Command, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(b"A nurse, 40")
    following(monkeypatch, KeyboardInterrupt())
    words = ("--set-b", "engine.pipeline.audit.max_retries=0", "--max-usd", "1", "--briefs", "briefs.txt")
    assert fourfold("evaluate", *words, "--no-preferences").exit_code == 130
    shown = fourfold("evaluations", "show", machine.started[-1]["evaluation_id"], "--json")
    found = json.loads(shown.stdout)
    assert (found["a"]["label"], found["b"]["label"]) == ("current", "B, changed")
    assert shown.exit_code == 0, "it is running"


def test_an_interrupted_evaluation_is_waited_for(
    fourfold: Command, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(b"A nurse, 40")
    with monkeypatch.context() as patch:
        following(patch, KeyboardInterrupt())
        interrupted = fourfold("evaluate", *OF_FILE)
        assert interrupted.exit_code == 130
        evaluation_id = machine.started[-1]["evaluation_id"]
        assert f"fourfold evaluations wait {evaluation_id}" in interrupted.stderr
        assert f"fourfold evaluations cancel {evaluation_id}" in interrupted.stderr
        following(patch, UnreachableError("No response."))
        gone = fourfold("evaluations", "wait", evaluation_id)
        assert (gone.exit_code, f"fourfold evaluations wait {evaluation_id}" in gone.stderr) == (1, True)
        following(patch, ApiError("The service is restarting", {"status": 503}))
        assert f"fourfold evaluations wait {evaluation_id}" in fourfold("evaluations", "wait", evaluation_id).stderr
        following(patch, ApiError("Not found", {"status": 404}))
        assert "continues" not in fourfold("evaluations", "wait", evaluation_id).stderr
    machine.execute()
    ended = fourfold("evaluations", "wait", evaluation_id, "--junit", "report.xml", "--json")
    assert ended.exit_code == 3, ended.output
    assert json.loads(ended.stdout)["report"]["verdict"] == "inconclusive"
    assert Path("report.xml").read_text(encoding="utf-8").startswith("<?xml")
    listed = fourfold("evaluations", "claims", evaluation_id)
    assert listed.exit_code == 0, listed.output
    [first, *_] = json.loads(fourfold("evaluations", "claims", evaluation_id, "--json").stdout)
    fact = first["a"][0]
    assert (fact["claim"]["text"], fact["outcome"]) == ("40", "changed")  # the scripted persona has its own age
    assert "40" in listed.stdout
    assert f"changed: {fact['observed']}" in listed.stdout


def test_a_reply_that_does_not_arrive_says_where_to_look(fourfold: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    written(b"A nurse, 40")
    post = Client.post
    for failure, code in ((KeyboardInterrupt(), 130), (UnreachableError("No response."), 1)):

        def lost(self: Client, path: str, body: dict[str, Any], failure: BaseException = failure) -> Any:
            if not body.get("dry_run"):
                raise failure
            return post(self, path, body)

        monkeypatch.setattr(Client, "post", lost)
        ended = fourfold("evaluate", *OF_FILE)
        assert (ended.exit_code, "fourfold evaluations list" in ended.stderr) == (code, True)


def test_the_help_lists_the_exit_codes(fourfold: Command) -> None:
    shown = " ".join(fourfold("evaluate", "--help").stdout.split())
    assert "0 B is better or equivalent; 2 B is worse, or an option is wrong; 3 inconclusive" in shown
    assert "130 after Ctrl-C" in shown
