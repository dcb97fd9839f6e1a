"""Events of a persona's voice: a fingerprint is ready, another model was checked, or a reply has drifted."""

from __future__ import annotations

from typing import ClassVar, Literal

from fourfold.drift import Envelope
from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona import Document, Grade


class FingerprintReady(EventData):
    """A voice fingerprint is stored. Read it with `GET /v1/personas/{persona_id}/fingerprint`."""

    detail_type: ClassVar[str] = "persona.fingerprint.ready"

    persona_id: PersonaId
    run_id: RunId
    embedder: str
    scenario_set: str
    scenarios: int
    calibration: int
    grade: Grade
    eer: float | None
    cost_usd: float | None


class SimilarVoice(Document):
    """Another persona of the workspace: how often one reply distinguishes the two (0-1), and the features alike."""

    persona_id: PersonaId
    score: float
    alike: tuple[str, ...]


class VoiceRewrite(Document):
    """The result of rewriting a mask: the distinctiveness (0-1) before and after, and which voice was stored.

    `avoided` are the style features that the rewriting was asked to leave. `changed` are the fields of the layers that
    differ now; none if the first voice stays. `after` is null if no mask was written that keeps the constraints.
    """

    before: float
    after: float | None
    shipped: Literal["first", "second"]
    avoided: tuple[str, ...]
    changed: tuple[str, ...]


class VoiceTooClose(EventData):
    """A new fingerprint shows a voice that is surely below `engine.fingerprint.min_distinctiveness` in its workspace.

    `score` (0-1) is its distinctiveness from the workspace's newest voices, `interval` its 95 % interval; `nearest` are
    up to three of them. `rewrite` is what `action_on_too_close: rewrite_mask` came to. If it is null, nothing was
    changed: regenerate the persona from `mask_build`, or refine its mask.
    """

    detail_type: ClassVar[str] = "persona.voice_too_close"

    persona_id: PersonaId
    run_id: RunId
    score: float
    interval: tuple[float, float]
    minimum: float
    nearest: tuple[SimilarVoice, ...]
    rewrite: VoiceRewrite | None


class VoiceCheckCompleted(EventData):
    """Another model was compared with the voice. Read it with `GET /v1/personas/{persona_id}/voice-check`.

    `shift` (null: too few pairs) is the squared distance between the mean replies of the two models, `margin` what a
    retest of the voice would show by chance.
    """

    detail_type: ClassVar[str] = "voice_check.completed"

    persona_id: PersonaId
    run_id: RunId
    model: str
    verdict: Literal["equivalent", "degraded", "inconclusive"]
    pairs: int
    shift: float | None
    margin: float | None
    cost_usd: float | None


class RecoveredFeature(Document):
    """A style feature in which the first reply drifted: its value in the first and the second reply, and the usual one.

    `after` is null if no second reply was written.
    """

    feature: str
    usual: float
    before: float
    after: float | None


class Recovery(Document):
    """The result of rewriting a drifted reply: its score before and after, and which reply was returned.

    `features` are those that the rewriting was asked to put right. `temperature` is that of the second call's
    settings; null if the model takes none.
    """

    before: float
    after: float | None
    shipped: Literal["first", "second"]
    features: tuple[RecoveredFeature, ...] = ()
    temperature: float | None = None


class DriftDetected(EventData):
    """A reply is farther from the voice than the threshold. The event does not contain the text.

    `source` is `chat` for a reply of this service's chat, `drift` for a text that was sent to the drift endpoint.
    """

    detail_type: ClassVar[str] = "persona.drift_detected"

    persona_id: PersonaId
    session_id: str | None
    source: Literal["chat", "drift"]
    action: Literal["warn", "auto_recover", "block"]
    drift: Envelope
    recovery: Recovery | None


VOICE_EVENTS: tuple[type[EventData], ...] = (FingerprintReady, VoiceTooClose, VoiceCheckCompleted, DriftDetected)
