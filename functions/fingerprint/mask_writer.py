"""Decides whether a fingerprint's job may write the mask once more, and builds what does it."""

from __future__ import annotations

from fourfold.config.engine import RunSettings
from fourfold.config.settings import Settings
from fourfold.ids import derived_run_id
from fourfold.llm.fallback import Deadline
from fourfold.models import resolve
from fourfold.persona import Persona
from fourfold.personas.mask_rewriting import MaskWriter, is_as_created
from fourfold.progress.run import Run, RunKind
from functions.clock import now
from functions.wiring import persona_store


def may_rewrite(run: Run, persona: Persona, settings: Settings) -> bool:
    """Whether the settings ask for it, the creation started the job, and its run wrote all layers as they are."""
    engine = settings.engine
    if engine.fingerprint.action_on_too_close != "rewrite_mask" or engine.pipeline.method == "single_call":
        return False
    if persona.run_id is None or run.id != derived_run_id(persona.run_id, RunKind.FINGERPRINT):
        return False
    return is_as_created(persona, persona_store().version(persona.workspace_id, persona.id, 1))


def mask_writer(run: Run, persona: Persona, settings: Settings, deadline: Deadline) -> MaskWriter | None:
    """Returns what writes the mask once more; None if the job may not, or what the layers rest on is not stored."""
    if not may_rewrite(run, persona, settings):
        return None
    basis = persona_store().basis_of(persona)
    if basis is None or basis.parse is None:
        return None
    pipeline = settings.engine.pipeline
    return MaskWriter(
        persona=persona,
        basis=basis,
        settings=RunSettings(settings.engine, run.config_revisions),
        models_of=lambda step: [resolve(name) for name in pipeline.of(step).chain],
        deadline=deadline,
        now=now(),
    )
