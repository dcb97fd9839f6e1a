"""What a deployment's providers change: what runs start from, where keys are read, what Bedrock may be asked."""

from __future__ import annotations

import pytest

from infra.constructs.model_access import key_name, model_access
from infra.settings import stage_settings
from tests.infra.assembly import Assembly


def test_providers_of_the_context_reach_the_api_and_bedrock_the_steps(dev: Assembly) -> None:
    made = dev
    assert made.functions()["api"]["Environment"]["Variables"]["FOURFOLD_PROVIDERS"] == "bedrock,anthropic"
    allowed = made.statements(made.named(made.functions()["soul_draft"]["Role"]))
    [asked] = [
        resources
        for actions, resources in allowed
        if actions == {"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}
    ]
    assert asked == {
        f"arn:AWS::Partition:bedrock:{where}/{model}"
        for name in ("claude-opus-4-7", "claude-sonnet-4-6")
        for where, model in (
            ("AWS::Region:AWS::AccountId:inference-profile", f"global.anthropic.{name}"),
            ("*::foundation-model", f"anthropic.{name}"),
        )
    } | {"arn:AWS::Partition:bedrock:AWS::Region::foundation-model/amazon.titan-embed-text-v2:0"}
    assert not any("bedrock:InvokeModel" in actions for actions, _ in made.statements(_role(made, "store_persona")))


def test_a_customer_key_is_granted_to_who_reads_keys_and_to_no_one_else(dev: Assembly) -> None:
    decrypt = (
        frozenset({"kms:Decrypt"}),
        frozenset({"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}),
    )
    reading = {name for name, function in dev.functions().items() if decrypt in dev.statements(_role(dev, name))}
    assert reading == {
        name
        for name, function in dev.functions().items()
        if "ANTHROPIC_API_KEY_SSM_PARAMETER" in function["Environment"]["Variables"]
    }
    assert "soul_draft" in reading


def test_where_spans_are_sent_each_function_that_calls_models_sends_them(dev: Assembly, prod: Assembly) -> None:
    """It has the receiver's address, the right to read its headers, and the packages; other stages have none of it."""
    functions, descriptions = dev.functions(), _layers(dev)
    calling = {name for name in functions if "ANTHROPIC_API_KEY_SSM_PARAMETER" in _variables(dev, name)}
    sending = {name for name in functions if "OTEL_EXPORTER_OTLP_ENDPOINT" in _variables(dev, name)}
    assert sending == calling
    for name in sending:
        assert _variables(dev, name)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "https://spans.example.com/api/public/otel"
        stored = _variables(dev, name)["OTEL_EXPORTER_OTLP_HEADERS_SSM_PARAMETER"]
        assert stored == "/fourfold/dev/otlp-headers"
        arn = f"arn:AWS::Partition:ssm:AWS::Region:AWS::AccountId:parameter{stored}"
        read = [resources for actions, resources in dev.statements(_role(dev, name)) if actions == {"ssm:GetParameter"}]
        assert any(arn in resources for resources in read), name
        assert any("otel" in descriptions.get(dev.named(layer), "") for layer in functions[name]["Layers"]), name
    assert not any("otel" in description for description in _layers(prod).values())
    assert not any("OTEL_EXPORTER_OTLP_ENDPOINT" in _variables(prod, name) for name in prod.functions())


def _layers(assembly: Assembly) -> dict[str, str]:
    """The packages of each layer, by its logical id."""
    return {
        assembly.named({"Ref": logical_id}): layer["Properties"]["Description"]
        for logical_id, layer in assembly.resources("Lambda::LayerVersion").items()
    }


def _variables(assembly: Assembly, name: str) -> dict[str, str]:
    variables: dict[str, str] = assembly.functions()[name]["Environment"]["Variables"]
    return variables


def test_keys_may_live_in_secrets_manager() -> None:
    settings = stage_settings("prod", "anthropic", "secretsmanager")
    access = model_access(settings)
    assert access.environment["ANTHROPIC_API_KEY_SECRET_ID"] == "fourfold/prod/anthropic-api-key"
    assert key_name(settings, "anthropic") == "fourfold/prod/anthropic-api-key"
    assert {grant.actions for grant in access.grants} == {("secretsmanager:GetSecretValue",)}
    assert all(grant.resource.endswith("-api-key-??????") for grant in access.grants)


@pytest.mark.parametrize("providers", ["antropic", "compatible", "anthropic,,nobody"])
def test_a_provider_that_is_none_stops_the_synthesis(providers: str) -> None:
    with pytest.raises(ValueError, match="is no preset; there are anthropic"):
        stage_settings("prod", providers)


def test_an_unknown_key_store_is_named() -> None:
    with pytest.raises(ValueError, match="choose ssm or secretsmanager"):
        stage_settings("prod", "", "vault")


def _role(made: Assembly, function: str) -> str:
    return made.named(made.functions()[function]["Role"])
