"""Refuses a commit that changes the chat model where `engine.chat.require_voice_check` demands a certificate first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fourfold.config.commit import KeyChange
from fourfold.config.entries import ScopeState
from fourfold.config.registry import registry
from fourfold.config.resolution import resolve
from fourfold.http.problems import ProblemError
from fourfold.persona import SPEAKABLE, Persona
from fourfold.personas.filters import PersonaFilter
from fourfold.problem import problem
from fourfold.progress.run import RunKind
from fourfold.voice.fingerprint import Fingerprint
from fourfold.voice_certificate import VoiceCertificate
from functions.configuration import deployment_defaults
from functions.wiring import job_store, persona_search

CODE: Final = "voice_check_required"
_MODEL, _REQUIRED = "engine.chat.model", "engine.chat.require_voice_check"
# The newest personas that are looked at: one page of the list, one batch of certificates. It bounds a commit.
_LOOKED_AT: Final = 100
_NAMED: Final = 5


class VoiceRequirement:
    """Implements `commit_guard.Requirement` for a workspace."""

    def __init__(self, workspace_id: str) -> None:
        self._workspace_id = workspace_id

    def concerns(self, changes: Sequence[KeyChange]) -> bool:
        """Whether the chat model changes, or the demand itself."""
        return any(change.key in {_MODEL, _REQUIRED} for change in changes)

    def check(self, before: Sequence[ScopeState], after: Sequence[ScopeState]) -> None:
        """Raises ProblemError (409) if personas with a fingerprint have no certificate of the new chat model."""
        model = _value(_MODEL, after)
        if model == _value(_MODEL, before) or not _value(_REQUIRED, after):
            return
        missing = self._without_certificate(str(model))
        if missing:
            raise _refusal(str(model), missing)

    def _without_certificate(self, model: str) -> list[str]:
        """The newest personas whose fingerprint was made with other models and that have no certificate of `model`."""
        workspace_id, jobs = self._workspace_id, job_store()
        page = persona_search().page(workspace_id, PersonaFilter(), _LOOKED_AT).personas
        voices = {persona.id: persona for persona in page if _has_voice(persona)}
        certificates = jobs.results(workspace_id, voices, RunKind.VOICE_CHECK, model)
        missing = [each for each, persona in voices.items() if not _certified(persona, certificates.get(each))]
        made = jobs.results(workspace_id, missing, RunKind.FINGERPRINT)
        models = {each: Fingerprint.model_validate_json(text).models for each, text in made.items()}
        return [each for each in missing if models.get(each) != (model,)]


def _value(name: str, chain: Sequence[ScopeState]) -> object:
    return resolve(registry()[name], chain, deployment_defaults()[name]).value


def _has_voice(persona: Persona) -> bool:
    return persona.fingerprint is not None and persona.status in SPEAKABLE


def _certified(persona: Persona, text: str | None) -> bool:
    """Whether the certificate finds the model equivalent to the persona's present fingerprint."""
    if text is None or persona.fingerprint is None:
        return False
    made = VoiceCertificate.model_validate_json(text)
    return made.verdict == "equivalent" and made.fingerprint.run_id == persona.fingerprint.run_id


def _refusal(model: str, missing: Sequence[str]) -> ProblemError:
    named = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "")
    detail = (
        f"No voice check found {model} equivalent for {named}. POST /v1/personas/{{id}}/voice-check with this model, "
        f"or set {_REQUIRED} to false."
    )
    return ProblemError(problem(CODE, "The model must pass a voice check first", 409, detail))
