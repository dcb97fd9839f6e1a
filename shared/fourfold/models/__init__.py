"""Language models: one module for each provider, found by the name `provider:model`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol, cast

from fourfold.llm.model_names import full_name
from fourfold.llm.port import (
    ChatModel,
    ChatRequest,
    Completion,
    LanguageModel,
    ModelRequest,
    OnText,
    provider_and_model,
)
from fourfold.made_once import MadeOnce
from fourfold.models.adapter_module import adapter_module
from fourfold.models.call_spans import recorded
from fourfold.trace import current_work

_SDKS: Final[dict[str, tuple[str, ...]]] = {
    "anthropic": ("anthropic",),
    "openai": ("openai",),
    "google": ("google.genai",),
    "bedrock": ("boto3",),
    "compatible": ("openai",),
}


def libraries_of(providers: Iterable[str]) -> tuple[str, ...]:
    """The third-party modules a call to these providers imports, for processes that can import them early."""
    called = [provider_and_model(name)[0] for name in providers]
    sdks = [module for provider in called for module in _SDKS.get(provider, ())]
    return tuple(dict.fromkeys((*sdks, "genai_prices"))) if sdks else ()


class _Named:
    """A model by its name; its adapter is imported with the first call.

    Each call is a span of the caller's work, or of the work that the model was made for: a job calls it on threads.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._work = current_work()

    @property
    def name(self) -> str:
        """`provider:model`."""
        return self._name

    def complete(self, request: ModelRequest) -> Completion:
        """Answers once; see `LanguageModel`."""
        return recorded(self._name, request, self._work, lambda: adapter(self._name).complete(request))

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        """Answers a turn of a chat once; see `ChatModel`."""
        return recorded(self._name, request, self._work, lambda: adapter(self._name).reply(request, on_text))


def resolve(name: str) -> LanguageModel:
    """The model called `name`: `provider:model`, or a bare name that `model_names` lists. Nothing is imported yet.

    Raises:
        ValueError: no such provider or model; the text names what is accepted.
    """
    return _Named(full_name(name))


def resolve_chat(name: str) -> ChatModel:
    """The same model for chats.

    Raises:
        ValueError: no such provider or model; the text names what is accepted.
    """
    return _Named(full_name(name))


class Adapter(LanguageModel, ChatModel, Protocol):
    """A model for questions and for chats, as every provider's module makes one."""


@MadeOnce
def adapter(name: str) -> Adapter:
    """The adapter of `provider:model`; kept, and with it the SDK's client."""
    provider, model = provider_and_model(name)
    module = adapter_module(provider)
    factory = cast("Callable[[str], Adapter]", getattr(module, f"{provider}_model"))
    return factory(model)
