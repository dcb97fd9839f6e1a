"""Small valid objects for tests; each test changes what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import Completion, LanguageModel, ModelError, ModelFailure, ModelRequest
from fourfold.models import resolve
from fourfold.persona import TokenUsage
from fourfold.pipeline.audit import AUDIT as STEP_AUDIT
from fourfold.pipeline.audit import AuditReport
from fourfold.pipeline.distinct_name import NameRegistry
from fourfold.pipeline.execute_step import execute_step
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD, MaskBuild
from fourfold.pipeline.new_run import BY_THE_BRIEF, PersonaChoices, new_run
from fourfold.pipeline.refine import ToneReading
from fourfold.pipeline.run_step import StepOutcome, run_step
from fourfold.pipeline.self_enrich import SELF_ENRICH, SelfEnrichment
from fourfold.pipeline.soul_draft import SOUL_DRAFT, SoulDraft
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND, SurfaceGrounding
from fourfold.progress.log import LogEntry, RunLog, StoredEntry

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BRIEF = "A shy founder, 34, in Istanbul"

INTENT: dict[str, Any] = {
    "language": "tr",
    "locale": "tr-TR",
    "facts": [
        {"field": "surface.age", "value": "34", "quote": "34"},
        {"field": "surface.location", "value": "Istanbul", "quote": "Istanbul"},
        {"field": "surface.occupation", "value": "founder", "quote": "founder"},
    ],
    "constraints": [
        {"kind": "trait_bound", "trait": "extraversion", "maximum": 0.35, "reason": "the brief says shy"},
    ],
}
SOUL: dict[str, Any] = {
    "soul": {
        "desire": "To be asked for once, without having offered.",
        "fear": "That the room is lighter when the door has closed behind them.",
        "wound": "At eleven they carried the trays at a cousin's wedding and were left out of the photograph.",
        "growth_arc": "From serving every table to sitting down at one, at the price of being seen idle.",
    },
    "constraints": [
        {"kind": "trait_bound", "trait": "agreeableness", "minimum": 0.6, "reason": "they serve to be kept"},
        {"kind": "voice_demand", "marker": "asks_before_asserting", "reason": "they were left out once"},
    ],
}
SELF: dict[str, Any] = {
    "self": {
        "big_five": {
            "openness": 0.6,
            "conscientiousness": 0.8,
            "extraversion": 0.25,
            "agreeableness": 0.75,
            "neuroticism": 0.6,
        },
        "archetype": "caregiver",
        "values": ["benevolence_dependability", "face", "achievement"],
        "attachment_style": "anxious_preoccupied",
    },
    "constraints": [{"kind": "voice_demand", "marker": "never_exclaims", "reason": "they keep the room calm"}],
}
MASK: dict[str, Any] = {
    "mask": {
        "register": "consultative",
        "tone": "careful, warm, a step behind",
        "rhythm": "Short openings that ask leave, then one long sentence that forgets to.",
        "vocabulary": ["abi", "runway", "kolay gelsin", "iade"],
        "signature_phrases": ["Bir şey sorabilir miyim?", "Ben hallederim, sen otur."],
        "social_role": "the one who refills the glasses",
    },
}
SURFACE: dict[str, Any] = {
    "surface": {
        "name": "Deniz Aksoy",
        "age": 34,
        "location": "Kadıköy, Istanbul",
        "occupation": "founder of a returns service",
        "appearance": "Keeps two chargers in the coat, one of them for whoever asks.",
    }
}
AUDIT: dict[str, Any] = {
    "findings": [],
    "scores": {
        "coherence": 4.2,
        "depth": 4.0,
        "cultural_fidelity": 4.1,
        "voice_distinctiveness": 3.9,
        "realism": 4.3,
    },
}
TONE = {"warmth": 0.2, "gravity": 0.0, "intensity": -0.1, "irony": 0.0}
GOOD_ANSWERS: dict[type, dict[str, Any]] = {
    Intent: INTENT,
    SoulDraft: SOUL,
    SelfEnrichment: SELF,
    MaskBuild: MASK,
    SurfaceGrounding: SURFACE,
    AuditReport: AUDIT,
    ToneReading: {"first": TONE, "second": TONE},
}


ALL_STEPS: tuple[Step[Any], ...] = (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, STEP_AUDIT)


@dataclass
class ScriptedModel:
    """A model that answers from a list, and then with a good answer; it keeps the requests it was sent."""

    script: list[str | ModelError] = field(default_factory=list)
    requests: list[ModelRequest] = field(default_factory=list)
    name: str = "scripted:1"

    def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        answer: str | ModelError
        if self.script:
            answer = self.script.pop(0)
        else:
            answer = request.output_type.model_validate(GOOD_ANSWERS[request.output_type]).model_dump_json()
        if isinstance(answer, ModelError):
            raise answer
        usage = TokenUsage(input_tokens=100, output_tokens=20)
        return Completion(text=answer, provider="scripted", model="1", usage=usage, cost_usd=0.01)


@dataclass
class VirtualClock:
    """Time that passes only when somebody sleeps, or a test says so; keeps the sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def deadline(self, seconds: float = 500.0) -> Deadline:
        """A pace whose deadline is `seconds` away; no jitter: pauses are their shortest."""
        return Deadline(self.now + seconds, clock=lambda: self.now, sleep=self.sleep, jitter=lambda: 0.0)


@dataclass
class Watching:
    """Keeps what a chain tells."""

    repairs: list[tuple[int, str, int]] = field(default_factory=list)
    fallbacks: list[tuple[int, str, str, ModelFailure]] = field(default_factory=list)

    def repairing(self, place: int, model: str, problems: int) -> None:
        self.repairs.append((place, model, problems))

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        self.fallbacks.append((place, model, following, failure))


def stepped(step: Step[Any], state: RunState, *models: LanguageModel, watching: Watching | None = None) -> StepOutcome:
    """The step run with time to spare."""
    return run_step(step, state, models, VirtualClock().deadline(), watching or Watching())


def state_before(step: Step[Any]) -> RunState:
    """The state a step finds when all before it answered well."""
    state, model = new_state(), ScriptedModel()
    for earlier in ALL_STEPS[: ALL_STEPS.index(step)]:
        state = stepped(earlier, state, model).state
    return state


def written_offline(
    brief: str, steps: Iterable[Step[Any]] = ALL_STEPS, choices: PersonaChoices = BY_THE_BRIEF
) -> RunState:
    """One attempt of the offline composer."""
    state, model = new_state(brief, choices=choices), resolve("offline:composer-1")
    for step in steps:
        outcome = stepped(step, state.reset_for(step.name), model)
        assert (outcome.provider, outcome.model) == ("offline", "composer-1")
        state = outcome.state
    return state


def performed(
    step: Step[Any], state: RunState, model: LanguageModel, log: RunLog, names: NameRegistry | None = None
) -> RunState:
    """The step performed with time to spare."""
    return execute_step(step, state, [model], log, VirtualClock().deadline(), names)


@dataclass
class MemoryEventStore:
    """The event log of one run, in memory; counts its reads."""

    entries: dict[int, StoredEntry] = field(default_factory=dict)
    reads: int = 0

    def put_if_free(self, entry: LogEntry, checkpoint: str | None) -> bool:
        if entry.seq in self.entries:
            return False
        self.entries[entry.seq] = StoredEntry(entry, checkpoint)
        return True

    def read(self, after: int) -> Iterable[StoredEntry]:
        self.reads += 1
        return [kept for seq, kept in sorted(self.entries.items()) if seq > after]

    def types(self) -> list[str]:
        return [kept.entry.event.type for _, kept in sorted(self.entries.items())]


class Ticking:
    """A clock that moves a second each time it is read."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


def new_state(
    brief: str = BRIEF, config: EngineConfig | None = None, choices: PersonaChoices = BY_THE_BRIEF
) -> RunState:
    """The state a run starts with."""
    return new_run(brief, "ws_test", RunSettings(config or EngineConfig()), START, choices=choices).state


def log_of(store: MemoryEventStore, state: RunState, seen: int | None = None) -> RunLog:
    """A log writer that has seen what `state` has seen."""
    return RunLog(store, state.run_id, state.persona_id, state.log_seq if seen is None else seen, Ticking())
