"""Restores the layers of an earlier version as a new version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fourfold.errors import NotFoundError
from fourfold.layers import same_layers
from fourfold.persona import NotWrittenError, Persona, PersonaStatus
from fourfold.persona_versions import Authorship, Change
from fourfold.personas.storing import Changed, PersonaUpdater, require_no_run, store_change


class NoSuchVersionError(NotFoundError):
    """The persona never had this version."""


def restore_version(  # noqa: PLR0913, PLR0917 - which version of whose persona, by whom
    workspace_id: str,
    persona_id: str,
    number: int,
    by: Authorship,
    updater: PersonaUpdater,
    precondition: Callable[[Persona], None] = lambda _: None,
) -> Persona | None:
    """Stores the layers of version `number` as a new version, with all that belongs to them. No model is called.

    Slug, visibility and archiving stay as they are now.

    Returns:
        The persona, unchanged if it has these layers already; None if the workspace has no such persona.

    Raises:
        NotWrittenError: the persona has no layers yet.
        NoSuchVersionError: it never had this version.
        RunUnfinishedError: a run regenerates it.
        ConcurrentChangeError: it was changed concurrently at every attempt.
    """

    def restored(persona: Persona, now: datetime) -> Changed:  # noqa: ARG001 - the signature of a change
        if not persona.has_layers:
            raise NotWrittenError
        require_no_run(persona)
        version = updater.personas.version(workspace_id, persona_id, number)
        if version is None:
            raise NoSuchVersionError
        return Changed(_with_layers_of(version.persona, number, persona), Change.RESTORED)

    return store_change(workspace_id, persona_id, restored, by, updater, precondition)


def _with_layers_of(earlier: Persona, number: int, persona: Persona) -> Persona:
    """Returns the persona with the earlier layers, their language, audit and status, and the run that they rest on."""
    status_field = "archived_from" if persona.status is PersonaStatus.ARCHIVED else "status"
    after = persona.model_copy(
        update={
            "language": earlier.language,
            "soul": earlier.soul,
            "self_": earlier.self_,
            "mask": earlier.mask,
            "surface": earlier.surface,
            "audit": earlier.audit,
            "run_id": earlier.run_id,
            "config_hash": earlier.config_hash,
            "usage": earlier.usage,
            "providers": earlier.providers,
            status_field: earlier.unarchived_status,
        }
    )
    return after if same_layers(persona, after) else _with_results_of(number, after)


def _with_results_of(number: int, persona: Persona) -> Persona:
    """Returns the persona whose results are stale unless they were computed from version `number`."""
    results = {"fingerprint": persona.fingerprint, "test_suite": persona.test_suite}
    return persona.model_copy(
        update={
            name: result.model_copy(update={"stale": result.persona_version != number})
            for name, result in results.items()
            if result is not None
        }
    )
