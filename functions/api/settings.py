"""The settings a run is pinned to: what this deployment starts from, and what its request lays over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from fourfold.config.engine import EngineConfig
from fourfold.config.presets import default_config
from fourfold.config.request import BadSettingsError, with_settings
from fourfold.http.problems import printable, reference_token, rejected
from fourfold.models.credentials import usable_providers
from fourfold.problem import FieldError


@cache
def deployed_config() -> EngineConfig:
    """The settings by the providers of this deployment."""
    return default_config(usable_providers(os.environ))


def effective_config(settings: Mapping[str, object]) -> EngineConfig:
    """The deployment's settings with the request's laid over them.

    Raises:
        ProblemError: 422, naming each setting that cannot be taken.
    """
    if not settings:
        return deployed_config()
    try:
        return with_settings(deployed_config(), settings, usable_providers(os.environ))
    except BadSettingsError as error:
        faults = [
            FieldError(pointer=f"/config/{printable(reference_token(fault.key))}", code=fault.code, detail=fault.detail)
            for fault in error.faults
        ]
        raise rejected(faults) from None
