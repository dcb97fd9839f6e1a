"""The default settings of a deployment, by the providers that it has credentials for.

The first provider is used, the others are fallbacks. `offline` is used only if no provider is configured: a run for a
real model never falls back to the offline composer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fourfold.config.engine import (
    AuditConfig,
    ChatConfig,
    EngineConfig,
    PipelineConfig,
    ProvocationConfig,
    StepConfig,
)
from fourfold.config.models import OFFLINE_MODEL, ModelConfig
from fourfold.llm.model_names import OFFLINE, full_name
from fourfold.llm.port import provider_and_model


@dataclass(frozen=True)
class Preset:
    """The two models of a provider: `strong` for soul_draft and audit, `fast` for everything else.

    `max_tokens` limits one answer, including thinking for models that count it.
    """

    strong: str
    fast: str
    max_tokens: int = 2048
    audit_max_tokens: int = 4096


_THINKING_MAX_TOKENS: Final = 8192

PRESETS: Final[dict[str, Preset]] = {
    "anthropic": Preset("anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"),
    "openai": Preset("openai:gpt-6.1-sol", "openai:gpt-6.1-terra", _THINKING_MAX_TOKENS, _THINKING_MAX_TOKENS),
    "google": Preset("google:gemini-3.8-flash", "google:gemini-3.8-flash", _THINKING_MAX_TOKENS, _THINKING_MAX_TOKENS),
    "bedrock": Preset("bedrock:global.anthropic.claude-opus-4-7", "bedrock:global.anthropic.claude-sonnet-4-6"),
    OFFLINE: Preset(OFFLINE_MODEL, OFFLINE_MODEL),
}


def preset(provider: str) -> Preset:
    """Returns the preset of a provider, or of `compatible:<model>`, which uses one model for everything.

    Raises:
        ValueError: there is no such provider, or `compatible` has no model.
    """
    known = PRESETS.get(provider)
    if known is not None:
        return known
    _, model = provider_and_model(provider)
    if not model:
        raise ValueError(f"{provider!r} is no preset; there are {', '.join(PRESETS)} and compatible:<model>")
    name = full_name(provider)
    return Preset(name, name)


def default_config(providers: Sequence[str]) -> EngineConfig:
    """Returns the default settings for `providers`, in order of preference; the offline model without any.

    Each step falls back to the other model of its provider, then to the corresponding model of each further provider.

    Raises:
        ValueError: a name is no preset, or `offline` is combined with others.
    """
    presets = [preset(provider) for provider in providers] or [preset(OFFLINE)]
    if len(presets) > 1 and any(known.strong == OFFLINE_MODEL for known in presets):
        raise ValueError(
            f"{OFFLINE} is no preset to combine with others: no run for a real model falls back to the composer"
        )
    first, second = presets[0], presets[1 % len(presets)]
    strong = _chain(first.strong, first.fast, [other.strong for other in presets[1:]])
    fast = _chain(first.fast, first.strong, [other.fast for other in presets[1:]])
    # One limit applies to all models of a chain. Models that think within it need the greatest; others do not use it.
    max_tokens = max(each.max_tokens for each in presets)
    audit_max_tokens = max(each.audit_max_tokens for each in presets)
    step = StepConfig(model=fast[0], fallback=fast[1:], max_tokens=max_tokens)
    return EngineConfig(
        pipeline=PipelineConfig(
            intent_parse=StepConfig(model=fast[0], fallback=fast[1:], max_tokens=max_tokens, timeout_s=45),
            soul_draft=StepConfig(model=strong[0], fallback=strong[1:], max_tokens=max_tokens),
            self_enrich=step,
            mask_build=step,
            surface_ground=step,
            audit=AuditConfig(
                model=strong[0],
                fallback=strong[1:],
                max_tokens=audit_max_tokens,
                confirm_model=second.strong if len(presets) > 1 else None,
            ),
            single_call=StepConfig(model=fast[0], fallback=fast[1:], max_tokens=audit_max_tokens),
        ),
        chat=ChatConfig(model=fast[0], fallback=fast[1:], max_tokens=max_tokens),
        provocation=ProvocationConfig(
            judge=ModelConfig(model=strong[0], fallback=strong[1:], max_tokens=max_tokens),
            # A model of another family if there is one, because models of one family make similar errors.
            second_judge=ModelConfig(
                model=second.strong,
                fallback=tuple(name for name in strong if name != second.strong)[:4],
                max_tokens=max_tokens,
            ),
        ),
    )


def _chain(model: str, sibling: str, others: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((model, sibling, *others)))[:5]
