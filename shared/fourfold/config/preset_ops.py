"""Presets as commits: operations that switch all models to a provider, or to its fast model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from fourfold.config.commit import Op, SetOp
from fourfold.config.entries import ScopeState
from fourfold.config.presets import PRESETS, Preset, default_config, preset
from fourfold.config.registry import flattened, registry
from fourfold.config.resolution import resolve
from fourfold.config.settings import Settings
from fourfold.llm.port import provider_and_model

DRAFT: Final = "draft"
PRESET_NAMES: Final = (*PRESETS, DRAFT)
_LEADING_MODEL: Final = "engine.pipeline.intent_parse.model"
_ASKS_MODELS: Final = ("model", "fallback", "confirm_model", "temperature", "max_tokens")


def preset_ops(name: str, chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue]) -> tuple[Op, ...]:
    """Returns the operations of a preset for the last scope of `chain`.

    A provider's preset sets model, fallbacks and max_tokens of every step, of the chat and of the judges, and their
    temperature to null. `draft` keeps the current provider, uses its fast model for every step, and disables retries.

    Raises:
        ValueError: no preset has this name.
    """
    if name != DRAFT:
        return tuple(_whole_tree(default_config([name])))
    leading = registry()[_LEADING_MODEL]
    model = str(resolve(leading, chain, defaults[_LEADING_MODEL]).value)
    return tuple(_draft(preset(_preset_name(model))))


def _whole_tree(engine: object) -> Iterator[Op]:
    settings = Settings.model_validate({"engine": engine})
    for name, value in flattened(settings).items():
        if name.rsplit(".", 1)[1] in _ASKS_MODELS and name.startswith("engine."):
            yield SetOp(op="set", key=name, value=value)


def _draft(fast: Preset) -> Iterator[Op]:
    for name in registry():
        setting = name.rsplit(".", 1)[1]
        if not name.startswith("engine.pipeline."):
            continue
        if setting == "model":
            yield SetOp(op="set", key=name, value=fast.fast)
        elif setting == "fallback":
            yield SetOp(op="set", key=name, value=[])
        elif setting in {"confirm_model", "temperature"}:
            yield SetOp(op="set", key=name, value=None)
    yield SetOp(op="set", key="engine.pipeline.audit.max_retries", value=0)


def _preset_name(model: str) -> str:
    """Returns the name of a model's preset; for a model of a compatible server, the model itself."""
    provider, _ = provider_and_model(model)
    return provider if provider in PRESETS else model
