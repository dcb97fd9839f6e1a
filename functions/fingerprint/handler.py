"""Lambda entry: computes a persona's voice fingerprint, after its creation or on request; or checks another model."""

from __future__ import annotations

from fourfold.config.settings import Settings
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunKind
from fourfold.voice.fingerprint_job import FingerprintJob
from fourfold.voice.scenarios import scenario_set
from functions.fingerprint.voice_check import voice_check_job
from functions.job_entry import job_handler
from functions.wiring import baseline


def _job(_run: Run, persona: Persona, settings: Settings, deadline: Deadline) -> FingerprintJob:
    chat = settings.engine.chat.for_jobs(settings.engine.fingerprint.max_tokens)
    return FingerprintJob(
        persona=persona,
        models=[resolve_chat(name) for name in chat.chain],
        config=chat,
        safety=settings.engine.safety,
        embedder=resolve_embedder(settings.engine.fingerprint.embedder),
        scenarios=scenario_set(),
        baseline=baseline(persona.workspace_id),
        deadline=deadline,
    )


handler = job_handler(RunKind.FINGERPRINT, _job, requested={RunKind.VOICE_CHECK: voice_check_job})
