"""Scores replies against a persona's fingerprint, and builds the event of an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np

from fourfold.config.engine import DriftConfig
from fourfold.drift import Envelope, Exempt
from fourfold.events.envelope import bus_entry
from fourfold.events.voice import DriftDetected, Recovery
from fourfold.ids import new_request_id
from fourfold.jobs.store import JobStatus, JobStore
from fourfold.progress.run import RunKind
from fourfold.voice.drift import envelope, unscored
from fourfold.voice.drift_state import DriftState
from fourfold.voice.embedder import Embedder, Vector, Vectors
from fourfold.voice.fingerprint import Fingerprint
from fourfold.voice.sessions import PersonaRef
from fourfold.voice.shipped import SHIPPED, shipped_with_id


@dataclass(frozen=True, slots=True)
class DriftScorer:
    """The fingerprint and its embedder; `missing` says why `fingerprint` is None."""

    embedder: Embedder
    config: DriftConfig
    fingerprint: Fingerprint | None
    missing: Exempt = "fingerprint_pending"

    def vectors(self, replies: Sequence[str]) -> Vectors:
        """Returns the vectors of the replies; empty vectors if there is no fingerprint, so nothing is paid.

        Raises:
            ModelError: the embedder returned none.
        """
        if self.fingerprint is None:
            return np.zeros((len(replies), 0))
        return self.embedder.embed(replies).vectors

    def scored(self, reply: str, vector: Vector, state: DriftState | None) -> tuple[Envelope, DriftState | None]:
        """Returns the envelope of a reply, and the session state after it."""
        if self.fingerprint is None:
            return unscored(self.missing, reply), state
        return envelope(reply, vector, self.fingerprint, self.config, state)


def drift_scorer(
    owner: PersonaRef, store: JobStore, embedder: Embedder, config: DriftConfig, *, enabled: bool
) -> DriftScorer:
    """Loads the persona's current fingerprint into a scorer.

    A fingerprint made with one shipped embedder is scored with it while another shipped one is configured.
    """
    text = store.result(owner.workspace_id, owner.persona_id, RunKind.FINGERPRINT)
    if text is None:
        state = store.state(owner.workspace_id, owner.persona_id, RunKind.FINGERPRINT)
        failed = state is not None and state.status is JobStatus.FAILED
        missing: Exempt = "fingerprint_failed" if failed else "fingerprint_pending" if enabled else "switched_off"
        return DriftScorer(embedder, config, None, missing)
    fingerprint = Fingerprint.model_validate_json(text)
    its_own = shipped_with_id(fingerprint.embedder) if embedder in SHIPPED.values() else None
    scoring = embedder if fingerprint.embedder == embedder.id else its_own
    if scoring is None:
        return DriftScorer(embedder, config, None, "embedder_mismatch")
    return DriftScorer(scoring, config, fingerprint)


@dataclass(frozen=True, slots=True)
class Alert:
    """The origin of a reply that raises a drift alert: persona, session, endpoint and configured action."""

    owner: PersonaRef
    session_id: str | None
    source: Literal["chat", "drift"]
    action: Literal["warn", "auto_recover", "block"]

    def entry(self, drift: Envelope, recovery: Recovery | None, at: datetime) -> dict[str, Any]:
        """Returns the bus entry of `persona.drift_detected`."""
        event = DriftDetected(
            persona_id=self.owner.persona_id,
            session_id=self.session_id,
            source=self.source,
            action=self.action,
            drift=drift,
            recovery=recovery,
        )
        # No run caused the alert, so each one gets a correlation id of its own.
        return bus_entry(event, workspace_id=self.owner.workspace_id, correlation_id=new_request_id(), occurred_at=at)
