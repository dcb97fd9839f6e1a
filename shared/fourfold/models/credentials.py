"""Where a provider's key comes from: the environment, or a parameter or secret of AWS that the environment names.

For `ANTHROPIC_API_KEY`: the variable itself, else `ANTHROPIC_API_KEY_SSM_PARAMETER` (the name of a SecureString), else
`ANTHROPIC_API_KEY_SECRET_ID` (a secret of Secrets Manager). Fetched keys are kept for five minutes, so that a rotated
key comes into use; they are in no log and in no message.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from fourfold.llm.model_names import OFFLINE
from fourfold.llm.model_names import PROVIDERS as MODEL_PROVIDERS
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.models.offline import is_installed

KEY_VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
}
SSM_SUFFIX: Final = "_SSM_PARAMETER"
SECRET_SUFFIX: Final = "_SECRET_ID"  # noqa: S105 - part of a variable's name
PROVIDERS: Final = "FOURFOLD_PROVIDERS"
COMPATIBLE_URL: Final = "FOURFOLD_COMPATIBLE_BASE_URL"
COMPATIBLE_KEY: Final = "FOURFOLD_COMPATIBLE_API_KEY"
COMPATIBLE_MODEL: Final = "FOURFOLD_COMPATIBLE_MODEL"
_CACHE_SECONDS: Final = 300
_RESTART: Final = "On a laptop, start the server again with it."


def api_key(provider: str) -> str:
    """The provider's key.

    Raises:
        ModelError: AUTHENTICATION, there is none, or it cannot be fetched; the text says which variable to set.
    """
    for variable in KEY_VARIABLES[provider]:
        if key := clean_key(os.environ.get(variable, ""), variable):
            return key
    first = KEY_VARIABLES[provider][0]
    if name := os.environ.get(first + SSM_SUFFIX):
        return _fetched(provider, name, from_ssm=True)
    if name := os.environ.get(first + SECRET_SUFFIX):
        return _fetched(provider, name, from_ssm=False)
    raise ModelError(ModelFailure.AUTHENTICATION, f"There is no key for {provider}: set {first}.", advice=_RESTART)


def clean_key(key: str, place: str) -> str:
    """The key without the line end that editors and shells leave behind; empty if there is none.

    Raises:
        ModelError: AUTHENTICATION, the text in `place` cannot be a key.
    """
    stripped = key.strip()
    if stripped.isascii() and stripped.isprintable() and " " not in stripped:
        return stripped
    what = "a line end or another control character" if stripped.isascii() else "characters that are not ASCII"
    what = "a blank" if stripped.isascii() and stripped.isprintable() else what
    raise ModelError(
        ModelFailure.AUTHENTICATION,
        f"{place} is no key: it contains {what}.",
        advice=f"Set {place} again, on one line.",
    )


def usable_providers(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The providers an environment has credentials for, in order of preference, as `FOURFOLD_PROVIDERS` lists them.

    The one rule for the models of a deployment: API, steps, jobs and command line read it. `FOURFOLD_PROVIDERS` counts
    where it names a provider, `offline` for none; empty is the same as absent. Bedrock is used only where it is named
    there: every process on AWS has some credentials, which says nothing about access to models.

    Raises:
        ValueError: a provider that is not built in, `offline` beside others, or half of what a compatible server needs:
            nothing else may write in place of a model somebody meant to configure.
    """
    listed = [name.strip() for name in environment.get(PROVIDERS, "").split(",") if name.strip()]
    model = environment.get(COMPATIBLE_MODEL, "").strip()
    if listed:
        named = tuple(f"{name}:{model}" if name == "compatible" and model else name for name in listed)
        return () if named == (OFFLINE,) else tuple(_known(name, len(named)) for name in named)
    keyed = [provider for provider in KEY_VARIABLES if variable_with_key(provider, environment)]
    url = environment.get(COMPATIBLE_URL, "").strip()
    if url and model:
        keyed.append(f"compatible:{model}")
    elif url:
        raise ValueError(f"{COMPATIBLE_URL} is set and {COMPATIBLE_MODEL} is not: set it to the name of a model there")
    return tuple(keyed)


def available_providers(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The providers a run may name here: the usable ones, and `offline` where the composer is installed."""
    return (*usable_providers(environment), *((OFFLINE,) if is_installed() else ()))


def _known(name: str, count: int) -> str:
    provider, _, model = name.partition(":")
    if name == OFFLINE and count > 1:
        raise ValueError(f"{PROVIDERS} lists {OFFLINE} with others: list it alone, since no model falls back to it")
    if provider not in MODEL_PROVIDERS or (model and provider != "compatible"):
        known = ", ".join(each for each in MODEL_PROVIDERS if each != "compatible")
        raise ValueError(f"{PROVIDERS} lists {name!r}; there are {known} and compatible:<model>")
    if provider == "compatible" and not model:
        raise ValueError(
            f"{PROVIDERS} lists compatible without a model: write compatible:<model>, or set {COMPATIBLE_MODEL}"
        )
    return name


def variable_with_key(provider: str, environment: Mapping[str, str]) -> str | None:
    """The variable of an environment that holds the provider's key or names where it is, or None."""
    names = (
        f"{variable}{suffix}" for variable in KEY_VARIABLES[provider] for suffix in ("", SSM_SUFFIX, SECRET_SUFFIX)
    )
    return next((name for name in names if environment.get(name, "").strip()), None)


def stored_text(variable: str) -> str | None:
    """The text that is stored for `variable`, a parameter or secret that the environment names as for keys.

    None if the environment names none, or it cannot be read.
    """
    for suffix in (SSM_SUFFIX, SECRET_SUFFIX):
        if name := os.environ.get(variable + suffix):
            return _stored(name, from_ssm=suffix == SSM_SUFFIX)
    return None


def _fetched(provider: str, name: str, *, from_ssm: bool) -> str:
    value = _stored(name, from_ssm=from_ssm)
    if value is None:
        # AWS's own text may quote what it answered; the name is enough to look further.
        reason = f"The key of {provider} cannot be read from {name}."
        raise ModelError(ModelFailure.AUTHENTICATION, reason, advice="Check its name and the role's access.")
    if key := clean_key(value, name):
        return key
    raise ModelError(ModelFailure.AUTHENTICATION, f"{name} holds no key.", advice="Put the key there.")


def _stored(name: str, *, from_ssm: bool) -> str | None:
    """The value of a parameter or secret; None if it cannot be read."""
    from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415 - not needed where the key is at hand

    try:
        if from_ssm:
            return str(parameters.get_parameter(name, decrypt=True, max_age=_CACHE_SECONDS))
        return str(parameters.get_secret(name, max_age=_CACHE_SECONDS))
    except parameters.exceptions.GetParameterError:
        return None
