"""The keys of the stage's providers: present, encrypted, and readable by the functions. Their values are not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fourfold.llm.port import provider_and_model
from fourfold.models.credentials import KEY_VARIABLES
from infra.account_clients import Clients
from infra.constructs.model_access import key_name
from infra.preflight.findings import Finding
from infra.settings import StageSettings

_AWS_KEYS: Final = frozenset({"alias/aws/ssm", "alias/aws/secretsmanager"})


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored key. `encrypted` is false for a plain String; `kms_key` is None where AWS's own key encrypts."""

    encrypted: bool
    kms_key: str | None


def check(clients: Clients, settings: StageSettings) -> Iterator[Finding]:
    """A line for each listed provider that needs a key."""
    listed = dict.fromkeys(provider_and_model(name)[0] for name in settings.providers)
    for provider in (name for name in listed if name in KEY_VARIABLES):
        yield _finding(clients, settings, provider)


def _finding(clients: Clients, settings: StageSettings, provider: str) -> Finding:
    name = key_name(settings, provider)
    stored = _parameter(clients("ssm"), name) if settings.key_store == "ssm" else _secret(clients, name)
    if stored is None:
        return Finding("missing", "Keys", f"{name} does not exist", _put(settings, name))
    if not stored.encrypted:
        return Finding("missing", "Keys", f"{name} is a plain String", f"{_put(settings, name)} --overwrite")
    if stored.kms_key is None:
        return Finding("ok", "Keys", name)
    arn = _key_arn(clients("kms"), stored.kms_key)
    if arn != settings.key_arn:
        text = f"{name} is encrypted with a customer key that the functions may not use"
        return Finding("missing", "Keys", text, f"KEY_ARN={arn}")
    return Finding("ok", "Keys", f"{name}, with the customer key")


def _put(settings: StageSettings, name: str) -> str:
    """The command that stores a key. It reads the key from the terminal, so that it is in no shell history."""
    if settings.key_store == "ssm":
        return f'read -rs KEY; aws ssm put-parameter --name {name} --type SecureString --value "$KEY"'
    return f'read -rs KEY; aws secretsmanager create-secret --name {name} --secret-string "$KEY"'


def _parameter(ssm: Any, name: str) -> _Stored | None:  # noqa: ANN401 - boto3 makes its classes at run time
    filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    found = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
    if not found:
        return None
    [parameter] = found
    return _Stored(parameter["Type"] == "SecureString", _customer_key(parameter.get("KeyId")))


def _secret(clients: Clients, name: str) -> _Stored | None:
    secrets = clients("secretsmanager")
    try:
        found = secrets.describe_secret(SecretId=name)
    except secrets.exceptions.ResourceNotFoundException:
        return None
    return None if found.get("DeletedDate") else _Stored(encrypted=True, kms_key=_customer_key(found.get("KmsKeyId")))


def _customer_key(key: str | None) -> str | None:
    return None if key is None or key.rsplit(":", 1)[-1] in _AWS_KEYS else key


def _key_arn(kms: Any, key: str) -> str:  # noqa: ANN401 - boto3 makes its classes at run time
    """The ARN of a key named by its id, alias or ARN."""
    arn: str = kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    return arn
