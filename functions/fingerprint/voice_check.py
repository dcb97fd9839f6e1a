"""Builds the job that checks another model against a persona's fingerprint."""

from __future__ import annotations

from fourfold.config.settings import Settings
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_voice_check
from fourfold.jobs.job import Job, UnstartableJob
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona
from fourfold.problem import problem
from fourfold.progress.run import Run
from fourfold.provocation.model_check import ModelCheckJob
from fourfold.provocation.plan import Selection
from fourfold.voice.scenarios import scenario_set
from fourfold.voice.scoring import drift_scorer
from fourfold.voice.sessions import PersonaRef
from fourfold.voice.voice_check_job import Checked, VoiceCheckJob, fingerprint_replies, read_checked
from functions.provocation.suite_job import suite_job, suite_plan
from functions.wiring import job_context, job_store

_GONE = problem(
    "fingerprint_not_ready",
    "The fingerprint has changed",
    409,
    "The fingerprint or its embedder changed after the request. Recompute the fingerprint, then check the model again.",
)


def voice_check_estimate(run: Run, persona: Persona, settings: Settings) -> Estimate:
    """Returns what the check may cost."""
    checked = read_checked(job_context().checkpoints_of(run)) or Checked(settings.engine.chat.model)
    plan = suite_plan(run, Selection(), settings) if checked.suite else None
    scenarios = scenario_set(settings.engine.pipeline.variant)
    return estimate_voice_check(persona, settings.engine, scenarios, checked.model, plan)


def voice_check_job(run: Run, persona: Persona, settings: Settings, deadline: Deadline) -> Job:
    """Builds the job; one that fails if the fingerprint that the request found is no longer usable."""
    engine = settings.engine
    scorer = drift_scorer(
        PersonaRef(run.workspace_id, persona.id),
        job_store(),
        resolve_embedder(engine.fingerprint.embedder),
        engine.pipeline.drift_detection,
        enabled=True,
    )
    checked, fingerprint = read_checked(job_context().checkpoints_of(run)), scorer.fingerprint
    scenarios = scenario_set(engine.pipeline.variant)
    if checked is None or fingerprint is None:
        return UnstartableJob(_GONE)
    before = fingerprint_replies(job_store(), run.workspace_id, fingerprint, scenarios)
    if not before:
        return UnstartableJob(_GONE)
    chat = engine.chat.for_model(checked.model)
    voice = VoiceCheckJob(
        persona=persona,
        model=resolve_chat(checked.model),
        config=chat.for_jobs(engine.fingerprint.max_tokens),
        safety=engine.safety,
        embedder=scorer.embedder,
        scenarios=scenarios,
        fingerprint=fingerprint,
        before=before,
        deadline=deadline,
    )
    if not checked.suite:
        return voice
    other = settings.model_copy(update={"engine": engine.model_copy(update={"chat": chat})})
    return ModelCheckJob(voice, suite_job(run, persona, settings, deadline), suite_job(run, persona, other, deadline))
