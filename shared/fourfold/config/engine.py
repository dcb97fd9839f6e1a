"""The engine's settings, `engine.pipeline.*`, with their bounds and defaults, and the hash a run stores."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fourfold.persona import Dimension, Model
from fourfold.steps import StepName

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[A-Za-z0-9._/-]+$", max_length=120)]
RetryStep = Literal["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground"]

OFFLINE_MODEL = "offline:composer-1"


class StepConfig(Model):
    """How one step asks its model. `timeout_s` bounds the model call in seconds, `max_tokens` its answer."""

    model: ModelName = OFFLINE_MODEL
    temperature: Annotated[float, Field(ge=0.0, le=2.0)] | None = None
    max_tokens: Annotated[int, Field(ge=256, le=8192)] = 2048
    timeout_s: Annotated[int, Field(ge=1, le=240)] = 90


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
    """One block of settings for each step."""

    intent_parse: StepConfig = StepConfig(timeout_s=45)
    soul_draft: StepConfig = StepConfig()
    self_enrich: StepConfig = StepConfig()
    mask_build: StepConfig = StepConfig()
    surface_ground: StepConfig = StepConfig()
    audit: AuditConfig = AuditConfig(max_tokens=4096)

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
