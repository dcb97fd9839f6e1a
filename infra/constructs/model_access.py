"""What a function needs to call language models: the names of the providers' keys, and the right to read them.

The keys themselves are put there by whoever deploys, under these names; no key is in the template or in an environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Aws

from fourfold.config.presets import preset
from fourfold.llm.port import provider_and_model
from fourfold.models.bedrock_embedding import TITAN
from fourfold.models.credentials import COMPATIBLE_URL, KEY_VARIABLES, SECRET_SUFFIX, SSM_SUFFIX
from infra.constructs.acknowledgements import any_region_of
from infra.constructs.python_function import Grant
from infra.settings import StageSettings

_BEDROCK = "bedrock"
_PROFILE_SCOPES = ("global.", "us.", "eu.", "apac.", "jp.", "au.", "us-gov.")


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """Environment and grants of a function that calls models, and the findings on them that are meant."""

    environment: dict[str, str]
    grants: list[Grant]
    acknowledgements: list[Acknowledgment]


def model_access(settings: StageSettings) -> ModelAccess:
    """Access to models, and to nothing else: a key may be put there, or changed, without a deployment."""
    names = {variables[0]: key_name(settings, provider) for provider, variables in KEY_VARIABLES.items()}
    suffix = SECRET_SUFFIX if settings.key_store == "secretsmanager" else SSM_SUFFIX
    grants = [_read(settings, name) for name in names.values()]
    models = _bedrock_models() if _BEDROCK in settings.providers else []
    grants += [
        Grant(("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"), arn)
        for model in models
        for arn in _bedrock_arns(model)
    ]
    scoped = [any_region_of(_unscoped(model)) for model in models if _unscoped(model) != model]
    environment = {f"{variable}{suffix}": name for variable, name in names.items()}
    if settings.compatible_base_url:
        environment[COMPATIBLE_URL] = settings.compatible_base_url
    return ModelAccess(environment, grants, scoped)


def key_name(settings: StageSettings, provider: str) -> str:
    """Where the key of `provider` is expected: a SecureString parameter, or a secret, of this name."""
    name = f"fourfold/{settings.name}/{provider}-api-key"
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
    """A model, or an inference profile and the model it sends to: which region's is the profile's choice."""
    if _unscoped(model) == model:
        yield f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}::foundation-model/{model}"
        return
    yield f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}:{Aws.ACCOUNT_ID}:inference-profile/{model}"
    yield f"arn:{Aws.PARTITION}:bedrock:*::foundation-model/{_unscoped(model)}"


def _unscoped(model: str) -> str:
    """The model an inference profile sends to; a plain model is itself."""
    return model.removeprefix(next((scope for scope in _PROFILE_SCOPES if model.startswith(scope)), ""))
