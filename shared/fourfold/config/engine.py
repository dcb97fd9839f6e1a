"""The engine's settings, `engine.pipeline.*`, with their bounds and defaults, and the hash a run stores."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from fourfold.catalogue import full_name, greatest_temperature
from fourfold.persona import Dimension, Model
from fourfold.steps import StepName

ModelName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$", max_length=120), AfterValidator(full_name)
]
RetryStep = Literal["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground"]

OFFLINE_MODEL = "offline:composer-1"


class StepConfig(Model):
    """How one step asks its models. `timeout_s` bounds one model call in seconds, `max_tokens` its answer.

    `fallback` names the models asked in turn after `model` gave nothing usable; `max_tokens` holds for them too. A
    `temperature` beyond what `model` is known to take is an error; a fallback that does not take it is asked without.
    """

    model: ModelName = OFFLINE_MODEL
    fallback: Annotated[tuple[ModelName, ...], Field(max_length=4)] = ()
    temperature: Annotated[float, Field(ge=0.0, le=2.0)] | None = None
    max_tokens: Annotated[int, Field(ge=256, le=8192)] = 2048
    timeout_s: Annotated[int, Field(ge=1, le=240)] = 90

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


class AuditWeights(Model):
    """Weights of the five dimensions in `overall`; only their ratios matter."""

    coherence: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    depth: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    cultural_fidelity: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    voice_distinctiveness: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    realism: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0

    def of(self, dimension: Dimension) -> float:
        """The weight of one dimension."""
        weight: float = getattr(self, dimension.value)
        return weight


class AuditConfig(StepConfig):
    """The audit's gate: below `min_overall_score` (0-5) a run retries from `retry_from`."""

    min_overall_score: Annotated[float, Field(ge=0.0, le=5.0)] = 3.5
    max_retries: Annotated[int, Field(ge=0, le=3)] = 3
    retry_from: RetryStep = "soul_draft"
    weights: AuditWeights = AuditWeights()


class PipelineConfig(Model):
    """How a persona is written, and one block of settings for each step.

    `method` `single_call` is the naive alternative: one call writes all layers, the audit scores it, nothing is
    retried. It exists so that the difference in cost, time and audit can be shown.
    """

    method: Literal["six_steps", "single_call"] = "six_steps"
    intent_parse: StepConfig = StepConfig(timeout_s=45)
    soul_draft: StepConfig = StepConfig()
    self_enrich: StepConfig = StepConfig()
    mask_build: StepConfig = StepConfig()
    surface_ground: StepConfig = StepConfig()
    audit: AuditConfig = AuditConfig(max_tokens=4096)
    single_call: StepConfig = StepConfig(max_tokens=4096)

    def of(self, step: StepName) -> StepConfig:
        """The settings of one step."""
        config: StepConfig = getattr(self, step.value)
        return config


class EngineConfig(Model):
    """Everything a run is pinned to at its start."""

    pipeline: PipelineConfig = PipelineConfig()

    def hash(self) -> str:
        """A content hash: two runs with the same hash ran under the same settings."""
        return "cfg_" + hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]
