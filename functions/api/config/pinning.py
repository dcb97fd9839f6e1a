"""Pins the settings of a run: the workspace's effective settings, overridden by those of the request."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import JsonValue

from fourfold.config.effective import EffectiveSettings
from fourfold.config.engine import RunSettings
from fourfold.config.request import BadSettingsError, provider_of, unusable_models, why_unusable, with_settings
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
    require_usable(unusable_models(config, providers))
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


def require_usable(unusable: Mapping[str, tuple[str, ...]]) -> None:
    """Raises ProblemError (422) if there are settings keys whose models can all not be used here."""
    if not unusable:
        return
    named = "; ".join(f"{key}: {', '.join(chain)}" for key, chain in unusable.items())
    detail = (
        f"These models cannot be used in this deployment: {named}. Change the settings, or add the credentials of "
        "their providers."
    )
    faults = tuple(
        FieldError(
            pointer=f"/config/{reference_token(key)}",
            code="provider_not_configured",
            detail=f"{why_unusable({provider_of(name) for name in chain})}.",
        )
        for key, chain in unusable.items()
    )
    answer = problem("provider_not_configured", "No usable model is configured", 422, detail)
    raise ProblemError(answer.model_copy(update={"errors": faults}))
