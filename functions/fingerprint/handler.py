"""Lambda entry: computes a persona's voice fingerprint, after its creation or on request; or checks another model."""

from __future__ import annotations

from fourfold.config.settings import Settings
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_fingerprint
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunKind
from fourfold.voice.fingerprint_job import FingerprintJob
from fourfold.voice.scenarios import scenario_set
from functions.comparable_voices import comparable_voices
from functions.fingerprint.voice_check import voice_check_estimate, voice_check_job
from functions.job_entry import JobKind, job_handler
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
        others=lambda fingerprint: comparable_voices(persona, fingerprint),
        min_distinctiveness=settings.engine.fingerprint.min_distinctiveness,
    )


def _estimate(_run: Run, persona: Persona, settings: Settings) -> Estimate:
    return estimate_fingerprint(persona, settings.engine, scenario_set())


handler = job_handler(
    RunKind.FINGERPRINT,
    JobKind(_job, _estimate),
    requested={RunKind.VOICE_CHECK: JobKind(voice_check_job, voice_check_estimate)},
)
