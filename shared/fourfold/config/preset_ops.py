"""Presets as commits: operations that switch all models to a provider, or to its fast model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from fourfold.config.commit import Op, SetOp
from fourfold.config.entries import ScopeState
from fourfold.config.presets import LOCAL_PACE, PRESETS, Preset, default_config, preset
from fourfold.config.registry import flattened, registry
from fourfold.config.resolution import resolve
from fourfold.config.settings import Settings
from fourfold.llm.port import provider_and_model

DRAFT: Final = "draft"
PRESET_NAMES: Final = (*PRESETS, DRAFT)
_LEADING_MODEL: Final = "engine.pipeline.intent_parse.model"
_ABOUT_MODELS: Final = ("model", "fallback", "confirm_model", "temperature", "effort", "max_tokens")
# A preset without a pace of its own leaves these as somebody has set them, but for what another preset has set.
_ABOUT_PACE: Final = ("timeout_s", "concurrency")
_PACES: Final = (*(known.pace for known in PRESETS.values() if known.pace is not None), LOCAL_PACE)


def preset_ops(name: str, chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue]) -> tuple[Op, ...]:
    """Returns the operations of a preset for the last scope of `chain`.

    A provider's preset sets model, fallbacks, effort and max_tokens of every step, of the chat and of the judges, and
    their temperature to null; that of a slow provider sets timeouts and concurrency too. `draft` keeps the current
    provider, uses its cheapest model for every step, and disables retries.

    Raises:
        ValueError: no preset has this name.
    """
    if name != DRAFT:
        paced = preset(name).pace is not None
        return tuple(
            op
            for op in _whole_tree(default_config([name]), (*_ABOUT_MODELS, *_ABOUT_PACE))
            if paced or not op.key.endswith(_ABOUT_PACE) or _is_a_presets(op.key, chain, defaults)
        )
    leading = registry()[_LEADING_MODEL]
    model = str(resolve(leading, chain, defaults[_LEADING_MODEL]).value)
    return tuple(_draft(preset(_preset_name(model))))


def _whole_tree(engine: object, names: Collection[str]) -> Iterator[SetOp]:
    settings = Settings.model_validate({"engine": engine})
    for name, value in flattened(settings).items():
        if name.rsplit(".", 1)[1] in names and name.startswith("engine."):
            yield SetOp(op="set", key=name, value=value)


def _is_a_presets(name: str, chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue]) -> bool:
    """Whether the effective value of a key is one that presets set."""
    value = resolve(registry()[name], chain, defaults[name]).value
    return any(value in {pace.timeout_s, pace.chat_timeout_s, pace.calls_at_once} for pace in _PACES)


def _draft(current: Preset) -> Iterator[Op]:
    for name in registry():
        setting = name.rsplit(".", 1)[1]
        if not name.startswith("engine.pipeline."):
            continue
        if setting == "model":
            yield SetOp(op="set", key=name, value=current.small or current.fast)
        elif setting == "fallback":
            yield SetOp(op="set", key=name, value=[])
        elif setting in {"confirm_model", "temperature", "effort"}:
            yield SetOp(op="set", key=name, value=None)
    yield SetOp(op="set", key="engine.pipeline.audit.max_retries", value=0)


def _preset_name(model: str) -> str:
    """Returns the name of the preset that names a model, else of its provider's, else the model itself."""
    provider, _ = provider_and_model(model)
    named = next((name for name, known in PRESETS.items() if model in {known.strong, known.fast, known.small}), None)
    return named or (provider if provider in PRESETS else model)
