"""The certificate of another chat model: one shape for the voice check's result, the API and the clients."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fourfold.drift import Compared, Deviation
from fourfold.ids import PersonaId, RunId
from fourfold.persona import Document, TokenUsage

Verdict = Literal["equivalent", "degraded", "inconclusive"]


class VoiceShift(Document):
    """The squared distance between the mean replies of the two models, without bias: 0 or below for the same voice.

    `interval` is its 90 % interval, each end at 95 % (jackknife over pairs). `margin` is the retest noise: the squared
    standard error of the mean of as many replies of the unchanged voice. `p_value` tests that there is no shift.
    """

    estimate: float
    interval: tuple[float, float]
    margin: float
    p_value: float


class AssistantPull(Document):
    """Mean similarity to the plain assistant minus that to the voice, before and after: higher is nearer to it."""

    before: float
    after: float


class SuiteChange(Document):
    """The provocation suite on both models, paired by test. It does not change the certificate's verdict.

    `pairs` counts the tests that passed or failed on both: `both_passed`, `lost` (failed on `model` only), `gained`
    (passed on `model` only), and the rest failed on both. `p_value` is McNemar's exact two-sided test (1947) of no
    difference. `not_compared` are the tests without a verdict on one of the models.
    """

    pairs: int
    both_passed: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    p_value: float
    not_compared: tuple[str, ...]


class VoiceCertificate(Document):
    """The result of a voice check: the persona on `model`, compared with its fingerprint.

    `equivalent`: the shift is surely below the margin. `degraded`: there is a shift, and it reaches the margin.
    `inconclusive`: neither is sure, or too few replies could be paired; `reasons` say why. `pairs` counts the scenarios
    that both models answered at sufficient length. `changed` are the style features that differ most: `usual` before,
    `observed` on `model`. `assistant_pull` is null without a baseline of the assistant. `suite` is null unless the
    request asked for it.
    """

    persona_id: PersonaId
    persona_version: int
    run_id: RunId
    model: str
    fingerprint: Compared
    fingerprint_models: tuple[str, ...]
    verdict: Verdict
    reasons: tuple[str, ...]
    scenarios: int
    pairs: int
    shift: VoiceShift | None
    changed: tuple[Deviation, ...]
    assistant_pull: AssistantPull | None
    suite: SuiteChange | None = None
    tokens: TokenUsage
    cost_usd: float | None
    created_at: datetime
