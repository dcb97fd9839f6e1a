"""Embedding models behind the voice's port: resolved by name, bounded by the clock, priced, failures mapped."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Final, Protocol, cast

from fourfold.llm.advice import advice
from fourfold.llm.port import ModelError, ModelFailure, Spent, provider_and_model
from fourfold.made_once import MadeOnce
from fourfold.models.adapter_module import adapter_module
from fourfold.models.deadline import CallTimeoutError, within
from fourfold.models.prices import cost_usd
from fourfold.models.provider import Fault
from fourfold.models.provider_words import keys_in, shown
from fourfold.models.usage import BYTES_PER_TOKEN
from fourfold.persona import TokenUsage
from fourfold.voice.embedder import Embedder, Embedding, normalised
from fourfold.voice.shipped import SHIPPED

# Raised when what this product sends for a vector changes: vectors of two versions are not compared.
_VERSION = 1
_PROVIDERS: Final = ("openai", "google", "bedrock", "compatible")
_BATCH = 64
_TIMEOUT_S = 20.0
_OTHER = "Set engine.fingerprint.embedder to another model, or to writers."


class EmbeddingWire(Protocol):
    """One provider's embedding call, as thin as it can be."""

    provider: str
    model: str

    def vectors(self, texts: Sequence[str], timeout_s: float) -> tuple[list[list[float]], int | None]:
        """The texts' vectors in order, and the tokens billed if reported; raises what the SDK raises."""

    def fault(self, error: Exception) -> Fault | None:
        """What the exception means, or None for one that is not the provider's."""


class ProviderEmbedder:
    """An embedding model behind a wire; sends 64 texts at a time, with no retries of its own."""

    trained_on = None

    def __init__(self, wire: EmbeddingWire) -> None:
        self._wire = wire

    @property
    def id(self) -> str:
        """`provider:model@version`."""
        return f"{self._wire.provider}:{self._wire.model}@{_VERSION}"

    def embed(self, texts: Sequence[str]) -> Embedding:
        """The texts' vectors, each brought to length 1: not every provider does.

        Raises:
            ModelError: the provider gave none.
        """
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        found = [self._batch(batch) for batch in batches]
        used = TokenUsage(
            input_tokens=sum(tokens for _, tokens, _ in found), estimated=any(guess for _, _, guess in found)
        )
        vectors = normalised([vector for batch, _, _ in found for vector in batch])
        return Embedding(vectors, used, cost_usd(self._wire.provider, self._wire.model, used))

    def _batch(self, texts: Sequence[str]) -> tuple[list[list[float]], int, bool]:
        guess = sum(len(text.encode("utf-8", "replace")) for text in texts) // BYTES_PER_TOKEN
        try:
            vectors, tokens = within(_TIMEOUT_S, partial(self._wire.vectors, list(texts), _TIMEOUT_S))
        except CallTimeoutError:
            words = f"no vectors within {_TIMEOUT_S:.0f} s"
            raise self._error(Fault(ModelFailure.TIMEOUT, words=words), texts) from None
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001 - as for answers: SDKs trip over odd replies in ways of their own
            # Not chained: an SDK's exception holds the request, and with it the reply.
            raise self._error(self._wire.fault(error) or Fault(ModelFailure.SERVER_ERROR), texts) from None
        if len(vectors) != len(texts) or not all(vectors) or len({len(vector) for vector in vectors}) != 1:
            raise ModelError(
                ModelFailure.INVALID_OUTPUT, f"{self.id} gave not one vector for each text.", advice=_OTHER
            )
        return vectors, guess if tokens is None else tokens, tokens is None

    def _error(self, fault: Fault, texts: Sequence[str]) -> ModelError:
        said = shown(fault.words, texts, keys_in(os.environ)) or fault.failure.replace("_", " ")
        status = "" if fault.status is None else f" answered {fault.status}"
        advice_ = fault.advice or advice(fault.failure)
        return ModelError(
            fault.failure,
            f"{self.id}{status}: {said}.",
            advice=advice_,
            spent=Spent(),
            retry_after_s=fault.retry_after_s,
        )


@lru_cache(256)  # a name is any text in a setting
def resolve_embedder(name: str) -> Embedder:
    """The embedder called `name`: a shipped one, or `provider:model`. An SDK is imported with the first call.

    Raises:
        ModelError: BAD_REQUEST, there is none of that name.
    """
    if name in SHIPPED:
        return SHIPPED[name]
    provider, model = provider_and_model(name)
    if provider not in _PROVIDERS or not model:
        known = ", ".join(f"{one}:<model>" for one in _PROVIDERS)
        raise ModelError(
            ModelFailure.BAD_REQUEST,
            f"No embedder is called {name!r}.",
            advice=f"There are {', '.join(SHIPPED)}, {known}.",
        )
    return _Late(provider, model)


class _Late:
    """An embedder whose SDK is not imported before its first text."""

    trained_on = None

    def __init__(self, provider: str, model: str) -> None:
        self.id = f"{provider}:{model}@{_VERSION}"
        self._provider = provider
        self._model = model

    def embed(self, texts: Sequence[str]) -> Embedding:
        """See `ProviderEmbedder`."""
        return provider_embedder(self._provider, self._model).embed(texts)


@MadeOnce
def provider_embedder(provider: str, model: str) -> ProviderEmbedder:
    """The embedder of `provider:model`; kept, and with it the SDK's client."""
    module = adapter_module(f"{provider}_embedding")
    factory = cast("Callable[[str], EmbeddingWire]", getattr(module, f"{provider}_embedding"))
    return ProviderEmbedder(factory(model))
