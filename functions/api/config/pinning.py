"""Pins the settings of a run: the workspace's effective settings, overridden by those of the request."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import JsonValue

from fourfold.config.effective import EffectiveSettings
from fourfold.config.engine import RunSettings
from fourfold.config.request import BadSettingsError, unusable_models, with_settings
from fourfold.http.problems import ProblemError, printable, reference_token
from fourfold.models.credentials import available_providers
from fourfold.problem import FieldError, problem
from functions.api.errors import settings_rejected


def pin_settings(base: EffectiveSettings, settings: Mapping[str, JsonValue]) -> RunSettings:
    """Returns the workspace's settings, as the request read them (`base`), overridden by those of the request.

    Raises:
        ProblemError: 422 invalid settings, or no configured model has credentials; 403 the settings are locked.
    """
    providers = available_providers(os.environ)
    try:
        config = with_settings(base, settings, providers)
    except BadSettingsError as error:
        raise _refused(error) from None
    unusable = unusable_models(config, providers)
    if unusable:
        raise _not_configured({step.value: chain for step, chain in unusable.items()})
    return RunSettings(config, base.revisions)


def _refused(error: BadSettingsError) -> ProblemError:
    faults = [
        FieldError(
            pointer=f"/config/{printable(reference_token(fault.key))}",
            code=fault.code,
            detail=fault.detail,
            locked_by=fault.locked_by,
        )
        for fault in error.faults
    ]
    return settings_rejected(faults, error.locked_by)


def _not_configured(unusable: Mapping[str, tuple[str, ...]]) -> ProblemError:
    steps = "; ".join(f"{step}: {', '.join(chain)}" for step, chain in unusable.items())
    detail = (
        f"These models cannot be used in this deployment: {steps}. Change the settings, or add the credentials of "
        "their providers."
    )
    return ProblemError(problem("provider_not_configured", "No usable model is configured", 422, detail))
