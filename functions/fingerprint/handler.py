"""Lambda entry: computes a persona's voice fingerprint, after its creation or on request; or checks another model."""

from __future__ import annotations

from fourfold.config.settings import Settings
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_fingerprint, estimate_rewriting_fingerprint
from fourfold.jobs.job import Job
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunKind
from fourfold.voice.fingerprint_job import FingerprintJob
from fourfold.voice.rewriting_job import RewritingJob
from fourfold.voice.scenarios import scenario_set
from functions.comparable_voices import comparable_voices
from functions.fingerprint.mask_writer import mask_writer, may_rewrite
from functions.fingerprint.voice_check import voice_check_estimate, voice_check_job
from functions.job_entry import JobKind, job_handler
from functions.wiring import baseline, job_store


def _job(run: Run, persona: Persona, settings: Settings, deadline: Deadline) -> Job:
    job = _fingerprint_job(persona, settings, deadline)
    writer = mask_writer(run, persona, settings, deadline)
    if writer is None:
        return job
    return RewritingJob(job, run, writer, lambda: job_store().persona(run.workspace_id, persona.id))


def _fingerprint_job(persona: Persona, settings: Settings, deadline: Deadline) -> FingerprintJob:
    chat = settings.engine.chat.for_jobs(settings.engine.fingerprint.max_tokens)
    return FingerprintJob(
        persona=persona,
        models=[resolve_chat(name) for name in chat.chain],
        config=chat,
        safety=settings.engine.safety,
        embedder=resolve_embedder(settings.engine.fingerprint.embedder),
        scenarios=scenario_set(settings.engine.pipeline.variant),
        baseline=baseline(persona.workspace_id),
        deadline=deadline,
        others=lambda fingerprint: comparable_voices(persona, fingerprint),
        min_distinctiveness=settings.engine.fingerprint.min_distinctiveness,
    )


def _estimate(run: Run, persona: Persona, settings: Settings) -> Estimate:
    scenarios = scenario_set(settings.engine.pipeline.variant)
    if may_rewrite(run, persona, settings):
        return estimate_rewriting_fingerprint(persona, settings.engine, scenarios)
    return estimate_fingerprint(persona, settings.engine, scenarios)


handler = job_handler(
    RunKind.FINGERPRINT,
    JobKind(_job, _estimate),
    requested={RunKind.VOICE_CHECK: JobKind(voice_check_job, voice_check_estimate)},
)
