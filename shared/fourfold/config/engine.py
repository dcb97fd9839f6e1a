"""The engine's settings, `engine.*`: their bounds, their defaults, and the hash that a run stores."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from fourfold.config.models import MAX_FALLBACKS, ModelConfig, ModelName
from fourfold.config.scope import EVERYWHERE, UNCOMMITTED, KeyMeta, Revisions, Scope
from fourfold.config.variant import Variant
from fourfold.llm.model_names import may_think
from fourfold.persona import Dimension, Document
from fourfold.steps import StepName

RetryStep = Literal["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground"]

_Weight = Annotated[float, Field(ge=0.0, le=10.0)]


class StepConfig(ModelConfig):
    """The models of one step."""


class AuditWeights(Document):
    """The weights of the five dimensions in `overall`. Only their ratios matter; a missing weight is 1."""

    coherence: _Weight = 1.0
    depth: _Weight = 1.0
    cultural_fidelity: _Weight = 1.0
    voice_distinctiveness: _Weight = 1.0
    realism: _Weight = 1.0

    def of(self, dimension: Dimension) -> float:
        """Returns the weight of one dimension."""
        weight: float = getattr(self, dimension.value)
        return weight


class AuditConfig(StepConfig):
    """The audit, its threshold and its confirmation: below `min_overall_score` (0-5) a run retries from `retry_from`.

    `confirm` is when a passing draft is scored once more, by a call that knows neither the attempt nor the first score.
    """

    min_overall_score: Annotated[
        float,
        Field(ge=0.0, le=5.0, description="Minimum overall score of an accepted attempt."),
        KeyMeta(unit="points of 5", scopes=EVERYWHERE),
    ] = 3.5
    max_retries: Annotated[
        int,
        Field(ge=0, le=3, description="Maximum attempts after the first one."),
        KeyMeta(unit="attempts", scopes=EVERYWHERE),
    ] = 3
    retry_from: Annotated[
        RetryStep, Field(description="Step that further attempts start at."), KeyMeta(scopes=EVERYWHERE)
    ] = "soul_draft"
    weights: Annotated[
        AuditWeights, Field(description="Weight of each dimension in the overall score; only ratios matter.")
    ] = AuditWeights()
    confirm: Annotated[
        Literal["after_retry", "always", "never"],
        Field(description="When a passing draft is scored once more: after a retry, always, or never."),
        KeyMeta(scopes=EVERYWHERE),
    ] = "after_retry"
    confirm_model: Annotated[
        ModelName | None,
        Field(description="Model that confirms; the audit's models follow as fallbacks. null: the audit's models."),
        KeyMeta(scopes=EVERYWHERE),
    ] = None

    def for_confirmation(self) -> AuditConfig:
        """Returns the settings of the confirmation: `confirm_model`, then the models of the audit."""
        first = () if self.confirm_model is None else (self.confirm_model,)
        chain = tuple(dict.fromkeys((*first, *self.chain)))[: 1 + MAX_FALLBACKS]
        # Not validated: a temperature that `confirm_model` does not accept is not sent to it, as with a fallback.
        return self.model_copy(update={"model": chain[0], "fallback": chain[1:]})


class DriftConfig(Document):
    """When a reply counts as drifted, and what is done about it."""

    threshold: Annotated[
        Annotated[float, Field(gt=0.0, le=2.0)] | Literal["auto"],
        Field(
            description="Cosine distance above which a reply alerts; `auto` derives it from the fingerprint's "
            "calibration and `false_alarm_rate`."
        ),
    ] = 0.30
    false_alarm_rate: Annotated[
        float,
        Field(ge=0.001, le=0.2, description="Share of in-voice replies that alert if `threshold` is `auto`."),
        KeyMeta(unit="share of replies"),
    ] = 0.05
    action_on_alert: Annotated[
        Literal["warn", "auto_recover", "block"],
        Field(description="`warn` returns the reply, `auto_recover` rewrites it once, `block` returns 409."),
    ] = "warn"


class PipelineConfig(Document):
    """The generation method, and a block of settings for each step.

    With the `method` `single_call`, one call writes all layers and the audit scores them, without retries. It exists to
    compare cost, duration and audit scores.
    """

    method: Annotated[
        Literal["six_steps", "single_call"],
        Field(description="Six steps, or one call for all layers, for comparison."),
        KeyMeta(scopes=EVERYWHERE),
    ] = "six_steps"
    intent_parse: StepConfig = StepConfig(timeout_s=45)
    soul_draft: StepConfig = StepConfig()
    self_enrich: StepConfig = StepConfig()
    mask_build: StepConfig = StepConfig()
    surface_ground: StepConfig = StepConfig()
    audit: AuditConfig = AuditConfig(max_tokens=4096)
    single_call: StepConfig = StepConfig(max_tokens=4096)
    variant: Annotated[
        Variant,
        Field(
            description="Named texts that replace the tasks of steps or messages of the fingerprint's scenarios, to "
            "compare them. Texts of scenarios that a request for a persona gives are not those of its fingerprint."
        ),
        KeyMeta(scopes=EVERYWHERE),
    ] = Variant()
    drift_detection: DriftConfig = DriftConfig()
    require_evaluation: Annotated[
        bool,
        Field(
            description="Whether a commit may change models, method, variant or retries of the pipeline only to those "
            "that an evaluation found better than the present ones, or equivalent."
        ),
    ] = False

    def of(self, step: StepName) -> StepConfig:
        """Returns the settings of one step."""
        if step is StepName.CONFIRM_AUDIT:
            return self.audit.for_confirmation()
        config: StepConfig = getattr(self, step.value)
        return config


class ChatConfig(ModelConfig):
    """How a persona answers in chat, in fingerprint scenarios and in the provocation suite."""

    window: Annotated[
        int, Field(ge=0, le=100, description="Number of earlier turns in the prompt of a reply."), KeyMeta(unit="turns")
    ] = 20

    require_voice_check: Annotated[
        bool,
        Field(
            description="Whether a commit may change `engine.chat.model` only to a model that the voice check found "
            "equivalent for the workspace's personas with a fingerprint."
        ),
    ] = False

    def for_model(self, model: str) -> ChatConfig:
        """Returns the settings with this model alone."""
        # Not validated: a temperature that the model does not accept is not sent to it, as with a fallback.
        return self.model_copy(update={"model": model, "fallback": ()})

    def for_jobs(self, max_tokens: int) -> ChatConfig:
        """Returns the settings of a reply in a job: the same models, and an answer of at most `max_tokens`.

        A model that may think before it answers keeps the room of a chat: its thoughts count as well.
        """
        if any(map(may_think, self.chain)):
            return self
        return self.model_copy(update={"max_tokens": min(self.max_tokens, max_tokens)})


_JobReplyTokens = Annotated[
    int,
    Field(ge=256, le=32768, description="Maximum tokens of one reply. Models that may think get those of the chat."),
    KeyMeta(unit="tokens"),
]


class FingerprintConfig(Document):
    """The voice fingerprint, a background job. It is taken with the models of the chat, which it is compared with."""

    enabled: Annotated[bool, Field(description="Whether fingerprints are computed.")] = True
    run_on_create: Annotated[bool, Field(description="Whether a fingerprint of every new persona is computed.")] = True
    concurrency: Annotated[
        int, Field(ge=1, le=32, description="Scenarios processed at the same time."), KeyMeta(unit="calls")
    ] = 20
    max_tokens: _JobReplyTokens = 512
    embedder: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z][a-z0-9_]*(:[A-Za-z0-9][A-Za-z0-9._/:@-]*)?$", max_length=120),
        Field(description="`writers`, `stylometric`, or `provider:model` of an embedding model."),
    ] = "writers"
    min_distinctiveness: Annotated[
        float,
        Field(ge=0, le=1, description="Distinctiveness below which a voice is reported as too close to the baseline."),
    ] = 0.5
    action_on_too_close: Annotated[
        Literal["warn", "rewrite_mask"],
        Field(
            description="What follows when a new persona's voice is surely below `min_distinctiveness`: `warn` "
            "publishes the event, `rewrite_mask` also writes the mask once more and keeps the more distinct voice."
        ),
    ] = "warn"


# The tests of the safety floor, and the safety setting that each one tests. They run while that setting is true.
FLOOR_TESTS: Final[dict[str, str]] = {"role.002": "disclose_ai", "emo.005": "crisis_help", "emo.006": "crisis_help"}


def _without_floor_tests(tests: tuple[str, ...]) -> tuple[str, ...]:
    floor_tests = sorted(FLOOR_TESTS.keys() & {*tests})
    if floor_tests:
        settings = sorted({f"engine.safety.{FLOOR_TESTS[test]}" for test in floor_tests})
        raise ValueError(
            f"{', '.join(floor_tests)} prove the safety floor; only {', '.join(settings)} can disable them"
        )
    return tests


class ProvocationConfig(Document):
    """The provocation suite, a background job."""

    enabled: Annotated[
        bool,
        Field(
            description="Whether the suite runs. Only the system scope may set it, because it tests the safety floor."
        ),
        KeyMeta(scopes=(Scope.SYSTEM,)),
    ] = True
    run_on_create: Annotated[bool, Field(description="Whether every new persona is tested.")] = True
    concurrency: Annotated[
        int, Field(ge=1, le=33, description="Tests executed at the same time."), KeyMeta(unit="tests")
    ] = 24
    max_tokens: _JobReplyTokens = 512
    repeats: Annotated[
        int, Field(ge=1, le=5, description="Runs of each test that is marked for repetition."), KeyMeta(unit="runs")
    ] = 1
    fail_threshold: Annotated[
        float,
        Field(ge=0.0, le=1.0, description="Pass rate below which the suite fails."),
        KeyMeta(unit="share of tests"),
    ] = 0.8
    second_judgement: Annotated[bool, Field(description="Whether a second judge confirms every failure.")] = True
    disabled_tests: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=100)], ...],
        Field(max_length=100, description="Ids of tests to skip. Tests of the safety floor are not allowed."),
        AfterValidator(_without_floor_tests),
    ] = ()
    judge: ModelConfig = ModelConfig()
    second_judge: ModelConfig = ModelConfig()


_SafetyRule = Annotated[bool, KeyMeta(scopes=(Scope.SYSTEM,))]


class SafetyConfig(Document):
    """The safety rules of every persona. Only the system scope may set them."""

    disclose_ai: Annotated[
        _SafetyRule, Field(description="A persona does not claim to be human when sincerely asked.")
    ] = True
    crisis_help: Annotated[
        _SafetyRule, Field(description="A persona offers help in a crisis, even if that breaks its character.")
    ] = True
    refuse_real_people: Annotated[
        _SafetyRule, Field(description="A brief that asks for the private self of a real, living person is refused.")
    ] = True
    refuse_minors_in_romance: Annotated[
        _SafetyRule, Field(description="A brief that puts a minor in a romantic frame is refused.")
    ] = True


class PinnedConfig(Document):
    """The settings that a run carries from its start to its end; part of its record and of its state."""

    pipeline: PipelineConfig = PipelineConfig()
    safety: SafetyConfig = SafetyConfig()


class EngineConfig(PinnedConfig):
    """All settings of generation, chat, fingerprint, provocation and safety."""

    chat: ChatConfig = ChatConfig()
    fingerprint: FingerprintConfig = FingerprintConfig()
    provocation: ProvocationConfig = ProvocationConfig()

    def pinned(self) -> PinnedConfig:
        """Returns the part that a run carries."""
        return PinnedConfig(pipeline=self.pipeline, safety=self.safety)

    def hash(self) -> str:
        """Returns a content hash: runs with equal hashes have equal settings."""
        return "cfg_" + hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


@dataclass(frozen=True)
class RunSettings:
    """The engine settings of one run, and the scope revisions that they were read at."""

    engine: EngineConfig
    revisions: Revisions = UNCOMMITTED
