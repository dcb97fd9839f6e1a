"""Nothing that a server sends controls the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fourfold import cli
from fourfold.cli.output import print_json
from fourfold.cli.terminal import SafeConsole
from fourfold.text_rules import text_faults
from tests.unit.core.hostile_text import UNACCEPTABLE

ENCODABLE = {name: text for name, text in UNACCEPTABLE.items() if "surrogate" not in name}


def printed(*texts: object) -> str:
    out = io.StringIO()
    SafeConsole(file=out, width=100, color_system=None).print(*texts)
    return out.getvalue()


@pytest.mark.parametrize("name", ENCODABLE)
def test_no_way_of_printing_lets_a_control_character_through(name: str) -> None:
    text = f"a{ENCODABLE[name]}b"
    table = Table(title=text)
    table.add_column(text)
    table.add_row(Text(text))
    for shown in (text, Text(text), table, Panel(text, title=text)):
        assert not text_faults(printed(shown))


def test_a_live_display_shows_no_control_character_of_its_text() -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, width=100, force_terminal=True, color_system=None)
    with Live(Text("a\x1b]0;title\x9cb"), console=console, auto_refresh=False):
        pass
    assert "\x1b]" not in out.getvalue()
    assert "\x9c" not in out.getvalue()


@pytest.mark.parametrize("text", ["plain", "می\u200cخواهم", "👩\u200d👧", "e\u0301"])
def test_text_that_people_write_is_printed_as_it_is(text: str) -> None:
    assert printed(text).strip() == text


def test_json_is_printed_with_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "\x1b[2J\x9b\u202e"})
    assert r"\u001b[2J\u009b\u202e" in capsys.readouterr().out


def test_every_console_of_the_cli_is_safe() -> None:
    for module in Path(cli.__file__).parent.glob("*.py"):
        source = module.read_text(encoding="utf-8").replace("SafeConsole(", "")
        assert module.name == "terminal.py" or "Console(" not in source, module.name
