"""The settings a run is pinned to: what holds for its workspace, and what its request lays over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from fourfold.config.effective import Effective
from fourfold.config.engine import EngineConfig
from fourfold.config.request import BadSettingsError, unusable_models, with_settings
from fourfold.config.scope import Revisions
from fourfold.http.problems import ProblemError, printable, reference_token
from fourfold.models.credentials import usable_providers
from fourfold.problem import FieldError, problem
from functions.api.errors import settings_refused


@dataclass(frozen=True)
class Pinned:
    """The settings of one run, and the revisions of the scopes they were read at."""

    config: EngineConfig
    revisions: Revisions


def pinned(base: Effective, settings: Mapping[str, JsonValue]) -> Pinned:
    """The workspace's settings as the request read them, with the request's own laid over them.

    Raises:
        ProblemError: 422 or 403, naming each setting that cannot be taken; 422 where no configured model can be used.
    """
    providers = usable_providers(os.environ)
    try:
        config = with_settings(base, settings, providers)
    except BadSettingsError as error:
        raise _refused(error) from None
    unusable = unusable_models(config, providers)
    if unusable:
        raise _not_configured({step.value: chain for step, chain in unusable.items()})
    return Pinned(config, base.revisions)


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
    return settings_refused(faults, error.locked_by)


def _not_configured(unusable: Mapping[str, tuple[str, ...]]) -> ProblemError:
    steps = "; ".join(f"{step}: {', '.join(chain)}" for step, chain in unusable.items())
    detail = f"The settings name models nobody here has credentials for ({steps}). Change them, or add the keys."
    return ProblemError(problem("provider_not_configured", "No usable model is configured", 422, detail))
