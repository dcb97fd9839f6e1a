"""Settings a single request may bring: the keys it may set, laid over the settings of its deployment."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from fourfold.catalogue import OFFLINE
from fourfold.config.engine import EngineConfig
from fourfold.language_model import provider_and_model
from fourfold.steps import StepName

_UNKNOWN: Final = "No such key, or none a request may set."
_OF_A_STEP: Final = ("model", "fallback", "temperature", "max_tokens", "timeout_s")
_OF_THE_AUDIT: Final = ("min_overall_score", "max_retries", "retry_from")

REQUEST_KEYS: Final = (
    "engine.pipeline.method",
    *(f"engine.pipeline.{step}.{setting}" for step in StepName for setting in _OF_A_STEP),
    *(f"engine.pipeline.{StepName.AUDIT}.{setting}" for setting in _OF_THE_AUDIT),
)


@dataclass(frozen=True)
class BadSetting:
    """One setting that cannot be taken: its key, a stable code, and what would do."""

    key: str
    code: str
    detail: str


class BadSettingsError(Exception):
    """Settings of a request that cannot be taken; `faults` names each."""

    def __init__(self, faults: list[BadSetting]) -> None:
        super().__init__(", ".join(fault.key for fault in faults))
        self.faults = faults


def with_settings(base: EngineConfig, settings: Mapping[str, object], providers: Collection[str]) -> EngineConfig:
    """`base` with the settings of a request laid over it.

    Args:
        base: what holds where the request says nothing.
        settings: values by dotted key (`engine.pipeline.soul_draft.model`).
        providers: those with credentials here; a model of another one is refused before it costs a failed run.

    Raises:
        BadSettingsError: unknown keys, values out of bounds, models nobody has credentials for.
    """
    unknown = [key for key in settings if key not in REQUEST_KEYS]
    if unknown:
        raise BadSettingsError([BadSetting(key, "unknown_key", _UNKNOWN) for key in unknown])
    tree: dict[str, Any] = base.model_dump(mode="json")
    for key, value in settings.items():
        *path, setting = key.removeprefix("engine.").split(".")
        node = tree
        for name in path:
            node = node[name]
        node[setting] = value
    try:
        config = EngineConfig.model_validate_json(json.dumps(tree), strict=True)
    except ValidationError as error:
        raise BadSettingsError(list(_faults(error, settings))) from None
    foreign = list(_foreign(config, settings, {provider_and_model(name)[0] for name in providers}))
    if foreign:
        raise BadSettingsError(foreign)
    return config


def _faults(error: ValidationError, settings: Mapping[str, object]) -> list[BadSetting]:
    """pydantic's errors by the key they stand under. An error of a whole step is charged to what was set of it."""
    found: dict[str, BadSetting] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place = "engine." + ".".join(str(part) for part in fault["loc"])
        keys = [key for key in settings if place == key or place.startswith(f"{key}.") or key.startswith(f"{place}.")]
        for key in keys:
            found.setdefault(key, BadSetting(key, "invalid_setting", fault["msg"].removeprefix("Value error, ") + "."))
    return list(found.values())


def _foreign(config: EngineConfig, settings: Mapping[str, object], providers: set[str]) -> list[BadSetting]:
    faults = []
    for step in StepName:
        asked = config.pipeline.of(step)
        for setting, names in (("model", (asked.model,)), ("fallback", asked.fallback)):
            key = f"engine.pipeline.{step}.{setting}"
            missing = sorted({provider_and_model(name)[0] for name in names} - providers - {OFFLINE})
            if key in settings and missing:
                detail = f"No credentials here for {', '.join(missing)}."
                faults.append(BadSetting(key, "provider_not_configured", detail))
    return faults
