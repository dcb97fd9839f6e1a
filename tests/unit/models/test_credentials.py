"""Where keys come from, and which providers an environment can use."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import base
from moto import mock_aws

from fourfold.llm.port import ModelError, ModelFailure
from fourfold.models.credentials import KEY_VARIABLES, api_key, usable_providers

SECRET = "sk-nobody-should-read-this"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variables in KEY_VARIABLES.values():
        for variable in variables:
            for suffix in ("", "_SSM_PARAMETER", "_SECRET_ID"):
                monkeypatch.delenv(variable + suffix, raising=False)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        base.DEFAULT_PROVIDERS.clear()  # type: ignore[attr-defined]  # Powertools keeps clients, and what they fetched, as long as the process lives
        yield
    base.DEFAULT_PROVIDERS.clear()  # type: ignore[attr-defined]


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_KEY_SSM_PARAMETER", "/not/looked/at")
    assert api_key("openai") == SECRET


def test_a_line_end_after_a_key_is_not_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"  {SECRET}\n")
    assert api_key("openai") == SECRET


@pytest.mark.parametrize("key", ["sk-\u00e9", "sk-a\nb"])
def test_what_cannot_be_a_key_is_an_authentication_failure_that_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelError, match="OPENAI_API_KEY is no key") as caught:
        api_key("openai")
    assert caught.value.failure is ModelFailure.AUTHENTICATION


def test_google_takes_either_of_its_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", SECRET)
    assert api_key("google") == SECRET


@pytest.mark.usefixtures("aws")
def test_a_parameter_store_name_is_read_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("ssm").put_parameter(Name="/fourfold/key", Value=SECRET, Type="SecureString")
    monkeypatch.setenv("ANTHROPIC_API_KEY_SSM_PARAMETER", "/fourfold/key")
    assert api_key("anthropic") == SECRET


@pytest.mark.usefixtures("aws")
def test_a_secrets_manager_name_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("secretsmanager").create_secret(Name="fourfold/key", SecretString=SECRET)
    monkeypatch.setenv("ANTHROPIC_API_KEY_SECRET_ID", "fourfold/key")
    assert api_key("anthropic") == SECRET


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY_SSM_PARAMETER", "ANTHROPIC_API_KEY_SECRET_ID"])
def test_a_name_with_nothing_behind_it_is_an_authentication_failure(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/fourfold/missing")
    with pytest.raises(ModelError, match="/fourfold/missing") as caught:
        api_key("anthropic")
    assert caught.value.failure is ModelFailure.AUTHENTICATION


def test_without_any_the_error_says_what_to_set() -> None:
    with pytest.raises(ModelError, match="set ANTHROPIC_API_KEY") as caught:
        api_key("anthropic")
    assert caught.value.failure is ModelFailure.AUTHENTICATION


@pytest.mark.parametrize(
    ("environment", "providers"),
    [
        ({}, ()),
        ({"ANTHROPIC_API_KEY": "x"}, ("anthropic",)),
        ({"OPENAI_API_KEY": "x", "ANTHROPIC_API_KEY": "x"}, ("anthropic", "openai")),
        ({"ANTHROPIC_API_KEY": " "}, ()),
        ({"ANTHROPIC_API_KEY_SSM_PARAMETER": "/a/name"}, ("anthropic",)),
        ({"FOURFOLD_PROVIDERS": "compatible", "FOURFOLD_COMPATIBLE_MODEL": " a:1b "}, ("compatible:a:1b",)),
        (
            {"FOURFOLD_COMPATIBLE_BASE_URL": "http://x/v1", "FOURFOLD_COMPATIBLE_MODEL": "llama3.1:8b"},
            ("compatible:llama3.1:8b",),
        ),
        ({"FOURFOLD_PROVIDERS": " bedrock, openai ", "ANTHROPIC_API_KEY": "x"}, ("bedrock", "openai")),
        ({"FOURFOLD_PROVIDERS": "offline", "ANTHROPIC_API_KEY": "x"}, ()),
        ({"FOURFOLD_PROVIDERS": "", "ANTHROPIC_API_KEY": "x"}, ("anthropic",)),
        ({"FOURFOLD_PROVIDERS": " , ", "ANTHROPIC_API_KEY": "x"}, ("anthropic",)),
    ],
)
def test_usable_providers(environment: dict[str, str], providers: tuple[str, ...]) -> None:
    assert usable_providers(environment) == providers


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"FOURFOLD_COMPATIBLE_BASE_URL": "http://x/v1"}, "FOURFOLD_COMPATIBLE_MODEL"),
        (
            {"FOURFOLD_COMPATIBLE_BASE_URL": "http://x/v1", "FOURFOLD_COMPATIBLE_MODEL": " "},
            "FOURFOLD_COMPATIBLE_MODEL",
        ),
        ({"FOURFOLD_PROVIDERS": "compatible"}, "compatible:<model>"),
        ({"FOURFOLD_PROVIDERS": "opanai"}, "'opanai'"),
        ({"FOURFOLD_PROVIDERS": "anthropic-current"}, "'anthropic-current'"),
        ({"FOURFOLD_PROVIDERS": "openai,offline"}, "offline"),
    ],
)
def test_what_would_be_written_by_another_model_than_meant_is_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        usable_providers(environment)


@pytest.mark.parametrize("key", ["sk-a\nsk-b", "sk-a b", "sk-\u00e9", "sk-\x1b[31m"])
def test_what_cannot_be_a_key_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelError, match="OPENAI_API_KEY is no key") as caught:
        api_key("openai")
    assert caught.value.failure is ModelFailure.AUTHENTICATION
    assert "sk-" not in str(caught.value)
