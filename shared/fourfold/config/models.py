"""The settings of model calls, shared by the steps, the chat and the judges."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from fourfold.config.scope import EVERYWHERE, KeyMeta
from fourfold.llm.model_names import full_name, greatest_temperature, traits_of
from fourfold.llm.port import Effort
from fourfold.persona import Document

ModelName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$", max_length=120), AfterValidator(full_name)
]

OFFLINE_MODEL = "offline:composer-1"
MAX_FALLBACKS = 4
# Two such calls, an answer and its repair, fit the longest life of a Lambda function (900 s).
MAX_TIMEOUT_S = 420


class ModelConfig(Document):
    """The models of a task and the parameters of their calls.

    `fallback` lists the models to try in turn if `model` returns no usable answer; the parameters apply to them too.
    A `temperature` or `effort` that `model` does not accept is an error; fallbacks that do not accept it are called
    without it.
    """

    model: Annotated[
        ModelName, Field(description="Model to try first, as `provider:model`."), KeyMeta(scopes=EVERYWHERE)
    ] = OFFLINE_MODEL
    fallback: Annotated[
        tuple[ModelName, ...],
        Field(
            max_length=MAX_FALLBACKS, description="Models to try in turn if the previous one returns no usable answer."
        ),
        KeyMeta(scopes=EVERYWHERE),
    ] = ()
    temperature: Annotated[
        Annotated[float, Field(ge=0.0, le=2.0)] | None,
        Field(description="Sampling temperature; null for the provider's default."),
        KeyMeta(scopes=EVERYWHERE),
    ] = None
    effort: Annotated[
        Effort | None,
        Field(
            description="How much a model thinks before it answers, where it has such a setting; null leaves it to it."
        ),
        KeyMeta(scopes=EVERYWHERE),
    ] = None
    max_tokens: Annotated[
        int,
        Field(ge=256, le=32768, description="Maximum tokens of one answer, including thinking."),
        KeyMeta(unit="tokens", scopes=EVERYWHERE),
    ] = 2048
    timeout_s: Annotated[
        int,
        Field(ge=1, le=MAX_TIMEOUT_S, description="Timeout of one model call."),
        KeyMeta(unit="s", scopes=EVERYWHERE),
    ] = 90

    @property
    def chain(self) -> tuple[str, ...]:
        """The models in the order of the calls, without duplicates."""
        return tuple(dict.fromkeys((self.model, *self.fallback)))

    @model_validator(mode="after")
    def _temperature_can_be_sent(self) -> Self:
        greatest = greatest_temperature(self.model)
        if self.temperature is None or greatest is None or self.temperature <= greatest > 0:
            return self
        if greatest == 0:
            raise ValueError(f"{self.model} takes no temperature; unset it, or choose another model")
        raise ValueError(f"{self.model} takes a temperature of at most {greatest:g}")

    @model_validator(mode="after")
    def _effort_can_be_sent(self) -> Self:
        efforts = traits_of(self.model).efforts
        if self.effort is None or efforts is None or self.effort in efforts:
            return self
        raise ValueError(f"{self.model} takes no effort {self.effort!r}; it takes {', '.join(efforts) or 'none'}")
