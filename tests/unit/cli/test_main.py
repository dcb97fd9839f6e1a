"""The command line as a whole: it answers at once, lists what it has, and never shows a traceback."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from fourfold.cli import output
from fourfold.cli.live_display import follow
from fourfold.cli.main import COMMANDS, app
from fourfold.cli.output import Column, print_rows
from fourfold.cli.session import RunContinuesError

ID = "per_01kaqf0c5v3y9m2t8z4n6r1w7a"
NO_SERVER = "http://127.0.0.1:1"


def test_help_imports_nothing_that_takes_long() -> None:
    code = (
        "import sys; from fourfold.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "regenerate" in ended.stdout
    assert {"rich", "httpx", "pydantic", "boto3"} & {*ended.stderr.split()} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_begins_as_its_line_in_the_list(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "-h"], terminal_width=200)
    assert shown.exit_code == 0, shown.output
    text = " ".join(shown.output.split())
    assert " ".join(COMMANDS[name].help.split()) in text


def test_the_version_is_the_packages() -> None:
    for option in ("--version", "-V"):
        assert CliRunner().invoke(app, [option]).output.startswith("fourfold 0.")


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://[", "ffk_x"), ("no url", "ffk_x"), (NO_SERVER, "ключ"), (NO_SERVER, "a\nb"), (NO_SERVER, "ffk_x")],
)
def test_a_connection_that_is_none_is_one_line(monkeypatch: pytest.MonkeyPatch, url: str, key: str) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", url)
    monkeypatch.setenv("FOURFOLD_API_KEY", key)
    for words in (["list"], ["keys", "list"], ["webhooks", "list"], ["config", "get"], ["api", "GET", "/v1/health"]):
        refused = CliRunner().invoke(app, words)
        assert refused.exit_code == 1
        assert isinstance(refused.exception, SystemExit), refused.exception
        assert refused.stderr.strip()
        assert refused.stdout == ""


def test_a_home_that_is_a_file_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"\xff")
    monkeypatch.delenv("FOURFOLD_API_KEY", raising=False)
    monkeypatch.setenv("FOURFOLD_HOME", str(tmp_path / "home"))
    refused = CliRunner().invoke(app, ["list"])
    assert (refused.exit_code, isinstance(refused.exception, SystemExit)) == (1, True)
    assert "make up" in refused.stderr


def interrupted(*events: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from events
    raise KeyboardInterrupt


def test_ctrl_c_says_that_the_run_continues_and_how_to_follow_it() -> None:
    started = {"type": "run.started", "seq": 1, "run_id": "run_1", "persona_id": ID, "at": "2026-11-23T09:00:00Z"}
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal)
        with pytest.raises(RunContinuesError, match=f"(?s)run_1 continues.*fourfold watch run_1.*fourfold show {ID}"):
            follow(interrupted(started), console)
        with pytest.raises(RunContinuesError, match="fourfold list"):
            follow(interrupted(), console)


COLUMNS = (Column("id", is_id=True), Column("status"), Column("who"))
ROWS = [
    (ID, "active", "Deniz Aksoy,\t34, " + "founder of a company with a long name " * 3),
    (ID, "failed", "\x1b[31mx"),
]


def test_rows_in_a_pipe_are_whole_and_separated_by_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(COLUMNS, ROWS, Console(file=io.StringIO(), width=80))
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [len(line) for line in lines] == [3, 3]
    assert lines[0][2].endswith("a long name ")
    assert "\x1b" not in lines[1][2]


def test_an_id_is_whole_in_a_terminal_of_80_columns() -> None:
    shown = io.StringIO()
    print_rows(COLUMNS, ROWS, Console(file=shown, width=80, force_terminal=True, color_system=None))
    heading, *lines = shown.getvalue().splitlines()
    assert heading.split() == ["id", "status", "who"]
    assert [line.split()[0] for line in lines] == [ID, ID]
    assert all(len(line) <= 80 for line in lines)


def test_text_of_others_cannot_steer_the_terminal() -> None:
    assert output.printable("a\x1b[2J\nb") == "a [2J b"
