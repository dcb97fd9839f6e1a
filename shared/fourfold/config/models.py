"""How a model is asked: the block of settings that every step, the chat and the judge share."""

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
# Two such calls, an answer and its repair, fit the longest life of a Lambda function (900 s).
MAX_TIMEOUT_S = 420


class ModelConfig(Document):
    """How models are asked. `timeout_s` bounds one model call in seconds, `max_tokens` its answer.

    `fallback` names the models asked in turn after `model` gave nothing usable; `max_tokens` holds for them too. A
    `temperature` or `effort` that `model` is known not to take is an error; a fallback that does not take it is asked
    without.
    """

    model: Annotated[
        ModelName, Field(description="The model asked first, `provider:model`."), KeyMeta(scopes=EVERYWHERE)
    ] = OFFLINE_MODEL
    fallback: Annotated[
        tuple[ModelName, ...],
        Field(max_length=4, description="Models asked in turn when the one before gave nothing usable."),
        KeyMeta(scopes=EVERYWHERE),
    ] = ()
    temperature: Annotated[
        Annotated[float, Field(ge=0.0, le=2.0)] | None,
        Field(description="Sampling temperature; null leaves it to the provider."),
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
        Field(ge=256, le=32768, description="Bound of one answer, thinking included."),
        KeyMeta(unit="tokens", scopes=EVERYWHERE),
    ] = 2048
    timeout_s: Annotated[
        int,
        Field(ge=1, le=MAX_TIMEOUT_S, description="Bound of one model call."),
        KeyMeta(unit="s", scopes=EVERYWHERE),
    ] = 90

    @property
    def chain(self) -> tuple[str, ...]:
        """The models in the order they are asked, each once."""
        return tuple(dict.fromkeys((self.model, *self.fallback)))

    @model_validator(mode="after")
    def _temperature_can_be_sent(self) -> Self:
        greatest = greatest_temperature(self.model)
        if self.temperature is None or greatest is None or self.temperature <= greatest > 0:
            return self
        if greatest == 0:
            raise ValueError(f"{self.model} takes no temperature; unset it, or choose a model that takes one")
        raise ValueError(f"{self.model} takes a temperature of at most {greatest:g}")

    @model_validator(mode="after")
    def _effort_can_be_sent(self) -> Self:
        efforts = traits_of(self.model).efforts
        if self.effort is None or efforts is None or self.effort in efforts:
            return self
        raise ValueError(f"{self.model} takes no effort {self.effort!r}; it takes {', '.join(efforts) or 'none'}")
