"""Request and reply models of voice checks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fourfold.config.models import ModelName
from fourfold.ids import PersonaId
from fourfold.jobs.store import JobStatus
from fourfold.problem import Problem
from fourfold.voice_certificate import VoiceCertificate


class VoiceCheckRequest(BaseModel):
    """The model to check, and in which extent."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"model": "openai:gpt-6.1-terra"}]}
    )

    model: Annotated[ModelName, Field(description="The model that is to answer the fifty scenarios, `provider:model`.")]
    suite: Annotated[
        bool,
        Field(
            description="Also run the provocation suite, on the present models and on this one, and compare it test by "
            "test (McNemar's exact test)."
        ),
    ] = False
    dry_run: Annotated[
        bool, Field(description="Return an estimate of calls, tokens and USD; nothing is stored or spent.")
    ] = False


class VoiceChecks(BaseModel):
    """The newest voice check of a persona, and the newest certificate of each model, at most 20, newest first.

    `status`, `run_id` and `error` are those of the newest job; null if there was none.
    """

    persona_id: PersonaId
    status: JobStatus | None
    run_id: str | None
    error: Problem | None
    certificates: tuple[VoiceCertificate, ...]
