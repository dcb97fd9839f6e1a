"""Scores replies against a persona's fingerprint, within a session or outside of one, and tells of what alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fourfold.config.engine import DriftConfig
from fourfold.drift import Envelope, Exempt
from fourfold.events.envelope import bus_entry
from fourfold.events.voice import DriftDetected, Recovery
from fourfold.ids import new_request_id
from fourfold.jobs.store import JobStatus, JobStore
from fourfold.progress.run import RunKind
from fourfold.voice.drift import DriftState, envelope, unscored
from fourfold.voice.embedder import Embedder, Vector
from fourfold.voice.fingerprint import Fingerprint
from fourfold.voice.sessions import PersonaRef


@dataclass(frozen=True, slots=True)
class DriftScorer:
    """What replies are scored with: the fingerprint and its embedder, or why there is none."""

    embedder: Embedder
    config: DriftConfig
    fingerprint: Fingerprint | None
    missing: Exempt = "fingerprint_pending"

    def vectors(self, replies: Sequence[str]) -> tuple[Vector, ...]:
        """The replies' vectors; empty ones where there is nothing to compare them with.

        Raises:
            ModelError: the embedder gave none.
        """
        if self.fingerprint is None:
            return ((),) * len(replies)
        return self.embedder.embed(replies).vectors

    def scored(self, reply: str, vector: Vector, state: DriftState | None) -> tuple[Envelope, DriftState | None]:
        """The envelope, and the session's state after it."""
        if self.fingerprint is None:
            return unscored(self.missing, reply), state
        return envelope(reply, vector, self.fingerprint, self.config, state)


def drift_scorer(
    owner: PersonaRef, store: JobStore, embedder: Embedder, config: DriftConfig, *, enabled: bool
) -> DriftScorer:
    """What replies of this persona are scored with, as things stand."""
    text = store.result(owner.workspace_id, owner.persona_id, RunKind.FINGERPRINT)
    if text is None:
        state = store.state(owner.workspace_id, owner.persona_id, RunKind.FINGERPRINT)
        failed = state is not None and state.status is JobStatus.FAILED
        missing: Exempt = "fingerprint_failed" if failed else "fingerprint_pending" if enabled else "switched_off"
        return DriftScorer(embedder, config, None, missing)
    fingerprint = Fingerprint.model_validate_json(text)
    if fingerprint.embedder != embedder.id:
        return DriftScorer(embedder, config, None, "embedder_mismatch")
    return DriftScorer(embedder, config, fingerprint)


@dataclass(frozen=True, slots=True)
class Alert:
    """Where a reply came from whose alert is told."""

    owner: PersonaRef
    session_id: str | None
    source: Literal["chat", "drift"]
    action: Literal["warn", "auto_recover", "block"]

    def entry(self, drift: Envelope, recovery: Recovery | None, at: datetime) -> dict[str, Any]:
        """The bus entry of one alert."""
        event = DriftDetected(
            persona_id=self.owner.persona_id,
            session_id=self.session_id,
            source=self.source,
            action=self.action,
            drift=drift,
            recovery=recovery,
        )
        # No run caused it: each alert is an occurrence of its own.
        return bus_entry(event, workspace_id=self.owner.workspace_id, correlation_id=new_request_id(), occurred_at=at)
