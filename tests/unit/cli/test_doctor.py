"""What `fourfold doctor` tells, with real adapters against a loopback server."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from fourfold.cli.doctor import examine, models_line
from fourfold.config.presets import default_config
from fourfold.steps import STEP_ORDER
from tests.providers.behaviours import CASES, answer
from tests.providers.composer import Composer
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
    assert line(lines, "compatible").split()[1:4] == ["yes", "at", "box:8000/v1"]
    assert "secret" not in "\n".join(lines)


def test_the_models_in_use_are_one_line() -> None:
    assert models_line({"ANTHROPIC_API_KEY": "x"}) == "anthropic:claude-opus-4-7, anthropic:claude-sonnet-4-6"
    assert models_line({"ANTHROPIC_API_KEY": "x", "GEMINI_API_KEY": "x"}).endswith("(then google)")


def test_each_usable_provider_is_asked_every_step_and_no_other_provider() -> None:
    with ProviderServer(Composer()) as server, reached_by_all(server):
        variables = environment(server)
        del variables["GEMINI_API_KEY"], variables["FOURFOLD_COMPATIBLE_BASE_URL"]
        well, lines = examined(variables, call=True)
        assert well
        assert {request.provider for request in server.requests} == {"anthropic", "openai"}
        assert len(server.requests) == 2 * len(STEP_ORDER)
    told = "\n".join(lines)
    assert told.count(" valid, ") == 2 * len(STEP_ORDER)
    assert told.count("A persona takes about") == 2
    assert "tok/s" in told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('{"greeting": "hello"}', "not usable"),
        ('{"surface": {"name": "x"}}', "surface.age"),
        ("Sure, here you are!", "holds no JSON object"),
        ('```json\n{"soul": {}}\n```', "soul.desire"),
    ],
)
def test_an_answer_the_pipeline_cannot_read_is_red_and_names_the_field(said: str, told: str) -> None:
    with ProviderServer(answer(said)) as server, reached_by_all(server):
        well, lines = examined({"ANTHROPIC_API_KEY": KEY}, call=True)
    assert not well
    assert told in "\n".join(lines)


def test_a_provider_that_refuses_is_shown_with_its_words_and_the_command_fails() -> None:
    with ProviderServer(CASES["bad_key"]()) as server, reached_by_all(server):
        well, lines = examined({"ANTHROPIC_API_KEY": KEY}, call=True)
    assert not well
    assert "invalid x-api-key" in "\n".join(lines)


def test_half_of_a_compatible_server_is_said_and_fails() -> None:
    well, lines = examined({"FOURFOLD_COMPATIBLE_BASE_URL": "http://127.0.0.1:1/v1"})
    assert not well
    assert "FOURFOLD_COMPATIBLE_MODEL" in lines[0]


def test_what_is_assumed_of_a_local_server_is_shown() -> None:
    variables = {"FOURFOLD_COMPATIBLE_BASE_URL": "127.0.0.1:1", "FOURFOLD_COMPATIBLE_MODEL": "llama3.1:8b"}
    _, lines = examined(variables)
    assert "420 s (engine.pipeline.soul_draft.timeout_s)" in "\n".join(lines)
    assert "2 calls at a time" in "\n".join(lines)
    assert "at 127.0.0.1:1/v1" in line(lines, "compatible")


def test_the_server_that_runs_may_use_other_models() -> None:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    examine({"ANTHROPIC_API_KEY": "x"}, console, call=False, served=default_config(["openai"]))
    assert isinstance(console.file, io.StringIO)
    assert "running uses: openai:gpt-6.1-sol" in console.file.getvalue()
