"""What `fourfold doctor` tells, with real adapters against a loopback server."""

from __future__ import annotations

import io

from rich.console import Console

from fourfold.cli.doctor import examine, models_line
from tests.providers.behaviours import CASES, answer
from tests.providers.server import ProviderServer
from tests.providers.setting import KEY, environment, reached_by_all


def examined(variables: dict[str, str], *, call: bool = False) -> tuple[bool, list[str]]:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    well = examine(variables, console, call=call)
    assert isinstance(console.file, io.StringIO)
    return well, console.file.getvalue().splitlines()


def line(lines: list[str], provider: str) -> str:
    return next(line for line in lines if line.startswith(provider))


def test_without_keys_everything_is_offline_and_it_says_what_to_set() -> None:
    well, lines = examined({})
    assert well
    assert lines[0].startswith("Runs use: offline composer")
    assert "set OPENAI_API_KEY" in line(lines, "openai")
    assert line(lines, "offline").split()[1] == "yes"


def test_a_key_is_told_by_its_variable_and_never_shown() -> None:
    _, lines = examined({"ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY_SSM_PARAMETER": "/a/name"})
    assert "key from ANTHROPIC_API_KEY" in line(lines, "anthropic")
    assert "key from OPENAI_API_KEY_SSM_PARAMETER" in line(lines, "openai")
    assert KEY not in "\n".join(lines)


def test_a_named_key_and_a_listed_server_count_as_in_use() -> None:
    _, lines = examined({"ANTHROPIC_API_KEY_SSM_PARAMETER": "/a/name"})
    assert lines[0] == "Runs use: anthropic:claude-opus-4-7, anthropic:claude-sonnet-4-6"
    listed = {"FOURFOLD_PROVIDERS": "compatible:llama3", "FOURFOLD_COMPATIBLE_BASE_URL": "http://me:secret@box:8000/v1"}
    _, lines = examined(listed)
    assert line(lines, "compatible").split()[1:4] == ["yes", "at", "box:8000"]
    assert "secret" not in "\n".join(lines)


def test_the_models_in_use_are_one_line() -> None:
    assert models_line({"ANTHROPIC_API_KEY": "x"}) == "anthropic:claude-opus-4-7, anthropic:claude-sonnet-4-6"
    assert models_line({"ANTHROPIC_API_KEY": "x", "GEMINI_API_KEY": "x"}).endswith("(then google)")


def test_a_tiny_call_goes_to_each_usable_provider_and_to_no_other() -> None:
    with ProviderServer(answer('{"greeting": "hello"}')) as server, reached_by_all(server):
        variables = environment(server)
        del variables["GEMINI_API_KEY"]
        well, lines = examined(variables, call=True)
        assert well
        assert {request.provider for request in server.requests} == {"anthropic", "openai"}
    assert "anthropic:claude-sonnet-4-6 responded" in line(lines, "anthropic")
    assert "answered" not in line(lines, "google")


def test_a_provider_that_refuses_is_told_and_the_command_fails() -> None:
    with ProviderServer(CASES["bad_key"]()) as server, reached_by_all(server):
        well, lines = examined({"ANTHROPIC_API_KEY": KEY}, call=True)
    assert not well
    assert "authentication" in line(lines, "anthropic")
