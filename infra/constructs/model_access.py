"""What a function needs to call language models: the names of the providers' keys, and the right to read them.

The operator stores the keys under these names. No key is in the template or in a function's environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from aws_cdk import Aws

from fourfold.config.presets import preset
from fourfold.llm.model_names import OFFLINE
from fourfold.llm.port import provider_and_model
from fourfold.models.bedrock_embedding import TITAN
from fourfold.models.call_spans import OTLP_ENDPOINT, OTLP_HEADERS
from fourfold.models.credentials import COMPATIBLE_URL, KEY_VARIABLES, PROVIDERS, SECRET_SUFFIX, SSM_SUFFIX
from infra.constructs.access import Access, Grant
from infra.constructs.acknowledgements import any_region_of
from infra.settings import StageSettings

_BEDROCK = "bedrock"
_PROFILE_SCOPES = ("global.", "us.", "eu.", "apac.", "jp.", "au.", "us-gov.")


def model_access(settings: StageSettings) -> Access:
    """Read access to the key of every provider, and InvokeModel on Bedrock's models where `bedrock` is listed.

    Where spans are sent, also the address of their receiver, and read access to the headers that it wants.

    Keys of providers that are not listed are included: a key can be added or changed without a deployment. A key that
    is encrypted with a customer key of KMS is readable only where `key_arn` names that key.
    """
    names = {variables[0]: key_name(settings, provider) for provider, variables in KEY_VARIABLES.items()}
    suffix = SECRET_SUFFIX if settings.key_store == "secretsmanager" else SSM_SUFFIX
    models = _bedrock_models() if _BEDROCK in settings.providers else []
    environment = {f"{variable}{suffix}": name for variable, name in names.items()} | providers_environment(settings)
    if settings.compatible_base_url:
        environment[COMPATIBLE_URL] = settings.compatible_base_url
    readable = [*names.values()]
    if settings.otlp_endpoint:
        headers = stored_name(settings, "otlp-headers")
        readable.append(headers)
        environment |= {OTLP_ENDPOINT: settings.otlp_endpoint, f"{OTLP_HEADERS}{suffix}": headers}
    return Access(
        environment=environment,
        grants=[
            *(_read(settings, name) for name in readable),
            *([Grant(("kms:Decrypt",), settings.key_arn)] if settings.key_arn else []),
            *(
                Grant(("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"), arn)
                for model in models
                for arn in _bedrock_arns(model)
            ),
        ],
        acknowledgements=[any_region_of(_unscoped(model)) for model in models if _unscoped(model) != model],
    )


def providers_environment(settings: StageSettings) -> dict[str, str]:
    """The variable that lists the deployment's providers; `offline` where there are none.

    Empty on the local engine: there the list depends on the developer's keys, which no template can know. The engine's
    processes inherit it from their parent.
    """
    return {} if settings.on_engine else {PROVIDERS: ",".join(settings.providers) or OFFLINE}


def key_name(settings: StageSettings, provider: str) -> str:
    """The name of the SecureString parameter, or of the secret, that holds the key of `provider`."""
    return stored_name(settings, f"{provider}-api-key")


def stored_name(settings: StageSettings, what: str) -> str:
    """The name of a SecureString parameter, or of a secret, of the stage."""
    name = f"fourfold/{settings.name}/{what}"
    return name if settings.key_store == "secretsmanager" else f"/{name}"


def _read(settings: StageSettings, name: str) -> Grant:
    owner = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
    if settings.key_store == "secretsmanager":
        # Secrets Manager appends six characters of its own to a secret's name.
        secret = f"arn:{Aws.PARTITION}:secretsmanager:{owner}:secret:{name}-??????"
        return Grant(("secretsmanager:GetSecretValue",), secret)
    return Grant(("ssm:GetParameter",), f"arn:{Aws.PARTITION}:ssm:{owner}:parameter{name}")


def _bedrock_models() -> list[str]:
    bedrock = preset(_BEDROCK)
    chosen = [provider_and_model(name)[1] for name in dict.fromkeys((bedrock.strong, bedrock.fast))]
    return [*chosen, TITAN]


def _bedrock_arns(model: str) -> Iterator[str]:
    """The model's ARN; for an inference profile, its own and the model's in any region (the profile chooses one)."""
    if _unscoped(model) == model:
        yield f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}::foundation-model/{model}"
        return
    yield f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}:{Aws.ACCOUNT_ID}:inference-profile/{model}"
    yield f"arn:{Aws.PARTITION}:bedrock:*::foundation-model/{_unscoped(model)}"


def _unscoped(model: str) -> str:
    """The model behind an inference profile; a plain model's name is returned unchanged."""
    return model.removeprefix(next((scope for scope in _PROFILE_SCOPES if model.startswith(scope)), ""))
