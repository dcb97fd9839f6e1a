"""Settings of a single request: the keys it may set, applied on top of the workspace's effective settings."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from fourfold.config.effective import EffectiveSettings
from fourfold.config.engine import EngineConfig
from fourfold.config.registry import BadValueError, nearest, nested, registry
from fourfold.config.resolution import resolve
from fourfold.config.scope import Scope
from fourfold.config.settings import Settings
from fourfold.errors import InputError
from fourfold.llm.model_names import OFFLINE
from fourfold.llm.port import provider_and_model
from fourfold.steps import SINGLE_CALL_ORDER, STEP_ORDER

REQUEST_KEYS: Final = tuple(name for name, key in registry().items() if Scope.REQUEST in key.scopes)
# Blocks that are one value (such as weights): they are replaced, not merged.
_ATOMIC_BLOCKS: Final = frozenset(
    name.rsplit(".", 1)[1] for name, key in registry().items() if isinstance(key.default, dict)
)
_MODEL_SETTINGS: Final = frozenset({"model", "fallback", "confirm_model"})


@dataclass(frozen=True)
class BadSetting:
    """An invalid setting of a request: its key, a stable code, what to do, and the scope that locked it."""

    key: str
    code: str
    detail: str
    locked_by: Scope | None = None


class BadSettingsError(InputError):
    """The settings of a request are not valid; `faults` lists the errors."""

    def __init__(self, faults: list[BadSetting]) -> None:
        super().__init__(", ".join(fault.key for fault in faults))
        self.faults = faults

    @property
    def locked_by(self) -> Scope | None:
        """The scope whose lock forbids the settings, if they have no other errors."""
        scopes = [fault.locked_by for fault in self.faults]
        return scopes[0] if None not in scopes else None


def with_settings(
    workspace: EffectiveSettings, settings: Mapping[str, JsonValue], providers: Collection[str]
) -> EngineConfig:
    """Returns the engine settings of a workspace with the settings of a request applied.

    Args:
        workspace: the effective settings of the workspace.
        settings: values by key (`engine.pipeline.soul_draft.model`).
        providers: the providers that a run may name here. Models of others are rejected before a run is started.

    Raises:
        BadSettingsError: unknown keys, keys that a request may not set, invalid values, unusable models, locked keys.
    """
    if not settings:
        return workspace.settings.engine
    faults = [_unknown(name) for name in settings if name not in REQUEST_KEYS]
    parsed: dict[str, JsonValue] = {}
    for name, value in settings.items():
        if name not in REQUEST_KEYS:
            continue
        try:
            parsed[name] = registry()[name].parsed(value)
        except BadValueError as error:
            faults.append(BadSetting(name, "invalid_setting", str(error)))
    faults.extend(_without_credentials(parsed, usable_names(providers)))
    if faults:
        raise BadSettingsError(faults)
    locked = [fault for name, value in parsed.items() if (fault := _locked(workspace, name, value))]
    if locked:
        raise BadSettingsError(locked)
    tree = workspace.settings.model_dump(mode="json")
    _merge(tree, nested(parsed))
    try:
        return Settings.model_validate_json(json.dumps(tree)).engine
    except ValidationError as error:
        raise BadSettingsError(_conflicts(error, parsed)) from None


def unusable_models(config: EngineConfig, providers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The settings keys of the steps whose models can all not be used here, with these models.

    Checked before a run is stored, because it would fail later. `providers` are those that a run may name here.
    """
    steps = SINGLE_CALL_ORDER if config.pipeline.method == "single_call" else STEP_ORDER
    chains = {f"engine.pipeline.{step.value}.model": config.pipeline.of(step).chain for step in steps}
    return _unusable(chains, providers)


def unusable_in_chat(config: EngineConfig, providers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """As `unusable_models`, of the models as which a persona speaks."""
    return _unusable({"engine.chat.model": config.chat.chain}, providers)


def unusable_in_suite(config: EngineConfig, providers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """As `unusable_models`, of the models that the provocation suite calls: the persona's and the judges'."""
    suite = config.provocation
    chains = {"engine.chat.model": config.chat.chain, "engine.provocation.judge.model": suite.judge.chain}
    if suite.second_judgement:
        chains["engine.provocation.second_judge.model"] = suite.second_judge.chain
    return _unusable(chains, providers)


def _unusable(chains: Mapping[str, tuple[str, ...]], providers: Collection[str]) -> dict[str, tuple[str, ...]]:
    usable = usable_names(providers)
    return {key: chain for key, chain in chains.items() if not usable & {provider_of(name) for name in chain}}


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


def models_named(key: str, value: JsonValue) -> tuple[str, ...]:
    """Returns the models in the value of a settings key; none if the key sets no model or the value is null."""
    if key.rsplit(".", 1)[1] not in _MODEL_SETTINGS or value is None:
        return ()
    return tuple(str(name) for name in value) if isinstance(value, list) else (str(value),)


def provider_of(name: str) -> str:
    """Returns the provider of `provider:model`."""
    return provider_and_model(name)[0]


def _without_credentials(settings: Mapping[str, JsonValue], usable: set[str]) -> list[BadSetting]:
    faults = []
    for key, value in settings.items():
        missing = sorted({provider_of(name) for name in models_named(key, value)} - usable)
        if missing:
            faults.append(BadSetting(key, "provider_not_configured", f"{why_unusable(missing)}."))
    return faults


def _locked(workspace: EffectiveSettings, name: str, value: JsonValue) -> BadSetting | None:
    found = resolve(registry()[name], workspace.chain, workspace.defaults[name], Scope.REQUEST)
    forbidden = found.refused_by(value)
    if forbidden is None:
        return None
    bounds = next((each for scope, each in found.bounds if scope is forbidden), None)
    limits = "" if found.locked_by is not None or bounds is None else f": it takes {bounds.in_words()}"
    return BadSetting(name, "config_locked", f"Locked by the {forbidden} scope{limits}.", forbidden)


def _merge(tree: dict[str, Any], above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        if isinstance(value, Mapping) and name not in _ATOMIC_BLOCKS and isinstance(tree.get(name), dict):
            _merge(tree[name], value)
        else:
            tree[name] = value


def _unknown(name: str) -> BadSetting:
    if name in registry():
        return BadSetting(name, "not_settable", "A request cannot set this key; set it with PATCH /v1/config.")
    similar = [each for each in nearest(name) if each in REQUEST_KEYS]
    hint = f" Did you mean {', '.join(similar)}?" if similar else ""
    return BadSetting(name, "unknown_key", f"No such key.{hint}")


def _conflicts(error: ValidationError, settings: Mapping[str, JsonValue]) -> list[BadSetting]:
    """Returns errors between settings of one block, attributed to those that the request set."""
    found: dict[str, BadSetting] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        block = ".".join(str(part) for part in fault["loc"])
        for key in settings:
            if key.startswith(f"{block}."):
                detail = fault["msg"].removeprefix("Value error, ") + "."
                found.setdefault(key, BadSetting(key, "invalid_setting", detail))
    return list(found.values())
