"""Settings a single request may bring: the keys it may set, laid over what holds for its workspace."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from fourfold.catalogue import OFFLINE
from fourfold.config.effective import Effective
from fourfold.config.engine import EngineConfig
from fourfold.config.registry import BadValueError, nearest, nested, registry
from fourfold.config.resolution import resolve
from fourfold.config.scope import Scope
from fourfold.config.settings import Settings
from fourfold.language_model import provider_and_model
from fourfold.steps import SINGLE_CALL_ORDER, STEP_ORDER, StepName

REQUEST_KEYS: Final = tuple(name for name, key in registry().items() if Scope.REQUEST in key.scopes)
# A block that is one value: it is replaced, not merged.
_WHOLE: Final = frozenset(name.rsplit(".", 1)[1] for name, key in registry().items() if isinstance(key.default, dict))


@dataclass(frozen=True)
class BadSetting:
    """One setting that cannot be taken: its key, a stable code, what would do, and the scope that locked it."""

    key: str
    code: str
    detail: str
    locked_by: Scope | None = None


class BadSettingsError(Exception):
    """Settings of a request that cannot be taken; `faults` names each."""

    def __init__(self, faults: list[BadSetting]) -> None:
        super().__init__(", ".join(fault.key for fault in faults))
        self.faults = faults

    @property
    def locked_by(self) -> Scope | None:
        """The lock that stops the request, if nothing else is wrong with it."""
        scopes = [fault.locked_by for fault in self.faults]
        return scopes[0] if None not in scopes else None


def with_settings(base: Effective, settings: Mapping[str, JsonValue], providers: Collection[str]) -> EngineConfig:
    """The engine's settings of a workspace with those of a request laid over them.

    Args:
        base: what holds for the workspace.
        settings: values by dotted key (`engine.pipeline.soul_draft.model`).
        providers: those a run may name here; a model of another one is refused before it costs a failed run.

    Raises:
        BadSettingsError: unknown keys, keys only a stored scope may set, values out of bounds, models that
            cannot be used here, locked keys.
    """
    if not settings:
        return base.settings.engine
    faults = [_unknown(name) for name in settings if name not in REQUEST_KEYS]
    taken: dict[str, JsonValue] = {}
    for name, value in settings.items():
        if name not in REQUEST_KEYS:
            continue
        try:
            taken[name] = registry()[name].parsed(value)
        except BadValueError as error:
            faults.append(BadSetting(name, "invalid_setting", str(error)))
    faults.extend(_foreign(taken, usable_names(providers)))
    if faults:
        raise BadSettingsError(faults)
    locked = [fault for name, value in taken.items() if (fault := _locked(base, name, value))]
    if locked:
        raise BadSettingsError(locked)
    tree = base.settings.model_dump(mode="json")
    _lay_over(tree, nested(taken))
    try:
        return Settings.model_validate_json(json.dumps(tree)).engine
    except ValidationError as error:
        raise BadSettingsError(_clashes(error, taken)) from None


def unusable_models(config: EngineConfig, providers: Collection[str]) -> dict[StepName, tuple[str, ...]]:
    """The steps of a run that no usable provider could do, each with the models it is set to.

    Asked before a run is started: it would fail after it was stored. `providers` are those a run may name here.
    """
    usable = usable_names(providers)
    steps = SINGLE_CALL_ORDER if config.pipeline.method == "single_call" else STEP_ORDER
    chains = {step: config.pipeline.of(step).chain for step in steps}
    return {step: chain for step, chain in chains.items() if not usable & {provider_of(name) for name in chain}}


def usable_names(providers: Collection[str]) -> set[str]:
    """Providers by name alone (`compatible` of `compatible:<model>`)."""
    return {provider_of(name) for name in providers}


def why_unusable(providers: Collection[str]) -> str:
    """Why these providers, by name, cannot be used here, in one sentence without its end."""
    keyless = sorted(set(providers) - {OFFLINE})
    absent = ["the offline composer is not part of this deployment"] if OFFLINE in providers else []
    reasons = [*([f"no credentials here for {', '.join(keyless)}"] if keyless else []), *absent]
    text = ", and ".join(reasons)
    return text[:1].upper() + text[1:]


def provider_of(name: str) -> str:
    """The provider of `provider:model`."""
    return provider_and_model(name)[0]


def _foreign(settings: Mapping[str, JsonValue], usable: set[str]) -> list[BadSetting]:
    faults = []
    for key, value in settings.items():
        names = value if isinstance(value, list) else [value]
        if key.rsplit(".", 1)[1] in {"model", "fallback"}:
            missing = sorted({provider_of(str(name)) for name in names} - usable)
            if missing:
                faults.append(BadSetting(key, "provider_not_configured", f"{why_unusable(missing)}."))
    return faults


def _locked(base: Effective, name: str, value: JsonValue) -> BadSetting | None:
    found = resolve(registry()[name], base.chain, base.defaults[name], Scope.REQUEST)
    forbidden = found.refused_by(value)
    if forbidden is None:
        return None
    bounds = next((each for scope, each in found.bounds if scope is forbidden), None)
    within = "" if found.locked_by is not None or bounds is None else f": it takes {bounds.in_words()}"
    return BadSetting(name, "config_locked", f"Locked by the {forbidden} scope{within}.", forbidden)


def _lay_over(tree: dict[str, Any], above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        if isinstance(value, Mapping) and name not in _WHOLE and isinstance(tree.get(name), dict):
            _lay_over(tree[name], value)
        else:
            tree[name] = value


def _unknown(name: str) -> BadSetting:
    if name in registry():
        return BadSetting(name, "not_settable", "A request may not set this key; set it with PATCH /v1/config.")
    alike = [each for each in nearest(name) if each in REQUEST_KEYS]
    hint = f" Did you mean {', '.join(alike)}?" if alike else ""
    return BadSetting(name, "unknown_key", f"No such key.{hint}")


def _clashes(error: ValidationError, settings: Mapping[str, JsonValue]) -> list[BadSetting]:
    """What does not go together, charged to what was set of it."""
    found: dict[str, BadSetting] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        block = ".".join(str(part) for part in fault["loc"])
        for key in settings:
            if key.startswith(f"{block}."):
                detail = fault["msg"].removeprefix("Value error, ") + "."
                found.setdefault(key, BadSetting(key, "invalid_setting", detail))
    return list(found.values())
