"""The default settings of a deployment, by the providers that it has credentials for.

The first provider is used, the others are fallbacks. `offline` is used only if no provider is configured: a run for a
real model never falls back to the offline composer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fourfold.config.engine import (
    AuditConfig,
    ChatConfig,
    EngineConfig,
    FingerprintConfig,
    PipelineConfig,
    ProvocationConfig,
    StepConfig,
)
from fourfold.config.models import MAX_TIMEOUT_S, OFFLINE_MODEL, ModelConfig
from fourfold.llm.model_names import OFFLINE, full_name, traits_of
from fourfold.llm.port import Effort, provider_and_model


@dataclass(frozen=True)
class Pace:
    """How fast a provider is: seconds for one call and, where it works on few at a time, calls at a time."""

    timeout_s: int
    chat_timeout_s: int
    calls_at_once: int | None = None


@dataclass(frozen=True)
class Preset:
    """The models of a provider: `strong` for soul_draft and audit, `small` for intent_parse, `fast` for other steps.

    `talk` chats, speaks in both jobs and is the first judge; `strong` is the second. Without it `fast` talks and
    `strong` judges. `max_tokens` limits one answer, including thinking for models that count it. `pace` is None if the
    defaults of the settings suit.
    """

    strong: str
    fast: str
    small: str | None = None
    talk: str | None = None
    max_tokens: int = 2048
    audit_max_tokens: int = 4096
    strong_effort: Effort | None = None
    fast_effort: Effort | None = None
    pace: Pace | None = None


_THINKING_MAX_TOKENS: Final = 8192
_LONG_THINKING_MAX_TOKENS: Final = 16_384
# A reply of a few sentences needs no thought, a yes or no on a transcript a little.
_TALK_EFFORT: Final[Effort] = "minimal"
_JUDGE_EFFORT: Final[Effort] = "low"
# A model that thinks writes some 50 tokens a second, and some thousand of them before its answer.
_THINKING_PACE: Final = Pace(timeout_s=240, chat_timeout_s=120)
# A 7B model on a laptop reads 40 tokens a second and writes 6: an audit takes four minutes. Its server has two slots.
LOCAL_PACE: Final = Pace(timeout_s=MAX_TIMEOUT_S, chat_timeout_s=220, calls_at_once=2)

PRESETS: Final[dict[str, Preset]] = {
    "anthropic": Preset("anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6", talk="anthropic:claude-haiku-5-5"),
    "anthropic-current": Preset(
        "anthropic:claude-opus-5-5",
        "anthropic:claude-sonnet-5-5",
        "anthropic:claude-haiku-5-5",
        "anthropic:claude-haiku-5-5",
        _LONG_THINKING_MAX_TOKENS,
        _LONG_THINKING_MAX_TOKENS,
        strong_effort="medium",
        fast_effort="low",
        pace=_THINKING_PACE,
    ),
    "openai": Preset(
        "openai:gpt-6.1-sol",
        "openai:gpt-6.1-terra",
        None,
        "openai:gpt-6-luna",
        _THINKING_MAX_TOKENS,
        _THINKING_MAX_TOKENS,
    ),
    "openai-current": Preset(
        "openai:gpt-6.1-sol",
        "openai:gpt-6.1-terra",
        "openai:gpt-6-luna",
        "openai:gpt-6-luna",
        _LONG_THINKING_MAX_TOKENS,
        _LONG_THINKING_MAX_TOKENS,
        strong_effort="medium",
        fast_effort="low",
        pace=_THINKING_PACE,
    ),
    "google": Preset(
        "google:gemini-3.8-flash",
        "google:gemini-3.8-flash",
        None,
        "google:gemini-3.5-flash-lite",
        _THINKING_MAX_TOKENS,
        _THINKING_MAX_TOKENS,
    ),
    "google-current": Preset(
        "google:gemini-3.8-flash",
        "google:gemini-3.8-flash",
        "google:gemini-3.5-flash-lite",
        "google:gemini-3.5-flash-lite",
        _LONG_THINKING_MAX_TOKENS,
        _LONG_THINKING_MAX_TOKENS,
        strong_effort="medium",
        fast_effort="low",
        pace=_THINKING_PACE,
    ),
    "bedrock": Preset("bedrock:global.anthropic.claude-opus-4-7", "bedrock:global.anthropic.claude-sonnet-4-6"),
    OFFLINE: Preset(OFFLINE_MODEL, OFFLINE_MODEL),
}


def preset(name: str) -> Preset:
    """Returns the preset of a name, or of `compatible:<model>`, which uses one model for everything.

    Raises:
        ValueError: there is no such preset, or `compatible` has no model.
    """
    known = PRESETS.get(name)
    if known is not None:
        return known
    _, model = provider_and_model(name)
    if not model:
        raise ValueError(f"{name!r} is no preset; there are {', '.join(PRESETS)} and compatible:<model>")
    full = full_name(name)
    return Preset(full, full, pace=LOCAL_PACE)


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
    return _Defaults(presets).config()


class _Defaults:
    """The settings of some presets, the first one's models before the others'."""

    def __init__(self, presets: Sequence[Preset]) -> None:
        self._presets = presets
        self._first = presets[0]
        # One limit applies to all models of a chain. Models that think within it need the greatest; others do not.
        self._max_tokens = max(each.max_tokens for each in presets)
        self._audit_max_tokens = max(each.audit_max_tokens for each in presets)
        paces = [each.pace for each in presets if each.pace is not None]
        self._timeout_s = max((pace.timeout_s for pace in paces), default=None)
        self._chat_timeout_s = max((pace.chat_timeout_s for pace in paces), default=None)
        self._calls_at_once = None if self._first.pace is None else self._first.pace.calls_at_once

    def config(self) -> EngineConfig:
        first, second = self._first, self._presets[1 % len(self._presets)]
        strong = _chain(first.strong, first.fast, [other.strong for other in self._presets[1:]])
        fast = _chain(first.fast, first.strong, [other.fast for other in self._presets[1:]])
        small = fast if first.small is None else _chain(first.small, first.fast, list(fast[1:]))
        step = StepConfig(**self._fields(fast))
        talk = fast if first.talk is None else _chain(first.talk, first.fast, list(fast[1:]))
        judges = strong if first.talk is None else talk
        judge_effort: Effort | None = None if first.talk is None else _JUDGE_EFFORT
        second_effort: Effort | None = None if first.strong_effort is None else _JUDGE_EFFORT
        # A model of another family if there is one, because models of one family make similar errors.
        second_judges = (second.strong, *[name for name in strong if name != second.strong][:4])
        return EngineConfig(
            pipeline=PipelineConfig(
                intent_parse=StepConfig(**{"timeout_s": 45, **self._fields(small)}),
                soul_draft=StepConfig(**self._fields(strong)),
                self_enrich=step,
                mask_build=step,
                surface_ground=step,
                audit=AuditConfig(
                    **self._fields(strong, self._audit_max_tokens),
                    confirm_model=second.strong if len(self._presets) > 1 else None,
                ),
                single_call=StepConfig(**self._fields(fast, self._audit_max_tokens)),
            ),
            chat=ChatConfig(
                **{**self._fields(talk, effort=_TALK_EFFORT), **_given(timeout_s=self._chat_timeout_s)},
            ),
            fingerprint=FingerprintConfig(**_given(concurrency=self._calls_at_once)),
            provocation=ProvocationConfig(
                judge=ModelConfig(**self._fields(judges, effort=judge_effort)),
                second_judge=ModelConfig(**self._fields(second_judges, effort=second_effort)),
                **_given(concurrency=self._calls_at_once),
            ),
        )

    def _fields(
        self, chain: Sequence[str], max_tokens: int | None = None, effort: Effort | None = None
    ) -> dict[str, Any]:
        effort = effort or (self._first.strong_effort if chain[0] == self._first.strong else self._first.fast_effort)
        efforts = traits_of(chain[0]).efforts
        return {
            "model": chain[0],
            "fallback": tuple(chain[1:]),
            "max_tokens": max_tokens or self._max_tokens,
            "effort": effort if efforts and effort in efforts else None,
            **_given(timeout_s=self._timeout_s),
        }


def _given(**values: object) -> dict[str, Any]:
    """The values that are not None: a setting's own default holds for the others."""
    return {name: value for name, value in values.items() if value is not None}


def _chain(model: str, sibling: str, others: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((model, sibling, *others)))[:5]
