"""A step in its run: what is logged, and that nothing is paid for twice."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from fourfold.config.engine import AuditConfig, PipelineConfig
from fourfold.llm.port import Completion, ModelError, ModelFailure, ModelRequest
from fourfold.persona import Finding
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.audit import AUDIT, CONFIRM_AUDIT, rubric_version
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.progress.events import AuditScored, PipelineFailed, PipelineRetrying, StepCompleted, StepProgress
from fourfold.progress.log import RunOverError
from fourfold.steps import StepName
from tests.builders import MemoryEventStore, ScriptedModel, log_of, performed, state_before


def test_a_step_logs_its_beginning_and_what_it_cost() -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    after = performed(SOUL_DRAFT, state, ScriptedModel(), log_of(store, state))
    assert store.types() == ["step.started", "step.completed"]
    assert after.log_seq == state.log_seq + 2
    done = store.entries[after.log_seq].entry.event
    assert isinstance(done, StepCompleted)
    assert (done.provider, done.model, done.cost_usd, done.attempt) == ("scripted", "1", 0.01, 1)
    assert done.tokens.input_tokens == 100


def test_a_repair_is_logged_and_paid_for() -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    after = performed(SOUL_DRAFT, state, ScriptedModel(script=["{"]), log_of(store, state))
    assert store.types() == ["step.started", "step.repaired", "step.completed"]
    done = store.entries[after.log_seq].entry.event
    assert isinstance(done, StepCompleted)
    assert done.cost_usd == pytest.approx(0.02)


def test_a_lambda_that_died_after_its_model_answered_does_not_ask_again() -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    first, second = ScriptedModel(), ScriptedModel()
    before = performed(SOUL_DRAFT, state, first, log_of(store, state))
    again = performed(SOUL_DRAFT, state, second, log_of(store, state))
    assert second.requests == []
    assert again == before
    assert store.types() == ["step.started", "step.completed"]


def test_a_lambda_that_died_while_asking_does_ask_again() -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    with pytest.raises(ModelError):
        performed(
            SOUL_DRAFT,
            state,
            ScriptedModel(script=[ModelError(ModelFailure.TIMEOUT, "late")] * 2),
            log_of(store, state),
        )
    performed(SOUL_DRAFT, state, ScriptedModel(), log_of(store, state))
    assert store.types() == ["step.started", "step.failed", "step.completed"]


def test_an_audit_logs_its_scores() -> None:
    store, state = MemoryEventStore(), state_before(AUDIT)
    performed(AUDIT, state, ScriptedModel(), log_of(store, state))
    assert store.types() == ["step.started", "step.completed", "audit.scored"]


def test_a_retry_announces_itself_and_starts_from_a_clean_draft() -> None:
    store, state = MemoryEventStore(), state_before(AUDIT)
    finding = Finding(dimension="depth", field="soul.fear", quote="heights", severity=3, note="No person is named.")
    state = state.model_copy(update={"attempt": 2, "findings": (finding,)})
    after = performed(SOUL_DRAFT, state, ScriptedModel(), log_of(store, state))
    assert store.types() == ["pipeline.retrying", "step.started", "step.completed"]
    announced = store.entries[state.log_seq + 1].entry.event
    assert isinstance(announced, PipelineRetrying)
    assert (announced.attempt, announced.retry_from) == (2, StepName.SOUL_DRAFT)
    assert (announced.findings, announced.audit_findings) == (1, (finding,))
    assert after.draft.parse is not None
    assert (after.draft.self_, after.draft.mask, after.draft.surface) == (None, None, None)
    assert {link.source for link in after.constraints} == {StepName.INTENT_PARSE, StepName.SOUL_DRAFT}


@dataclass
class Streaming(ScriptedModel):
    """Reports tokens while it writes; `clock` moves on by `seconds` with each."""

    clock: list[float] = field(default_factory=lambda: [0.0])
    seconds: float = 2.0
    pieces: int = 10
    written: int = 0

    def complete(self, request: ModelRequest) -> Completion:
        for tokens in range(1, self.pieces + 1):
            self.clock[0] += self.seconds
            self.written = tokens
            if request.on_progress is not None:
                request.on_progress(tokens)
        return super().complete(request)


@pytest.fixture
def streaming(monkeypatch: pytest.MonkeyPatch) -> Streaming:
    model = Streaming()
    monkeypatch.setattr("fourfold.pipeline.execute_step.time.monotonic", lambda: model.clock[0])
    return model


def test_seconds_and_tokens_of_a_call_that_streams_are_logged(streaming: Streaming) -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    performed(SOUL_DRAFT, state, streaming, log_of(store, state))
    told = [entry.entry.event for entry in store.entries.values()]
    written = [(each.seconds, each.tokens) for each in told if isinstance(each, StepProgress)]
    assert written == [(6, 3), (12, 6), (18, 9)]


def test_a_call_of_a_run_that_is_over_is_given_up(streaming: Streaming) -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    log = log_of(store, state)
    end = PipelineFailed(problem=DELETED, duration_ms=1)
    complete = streaming.complete

    def deleted_meanwhile(request: ModelRequest) -> Completion:
        log_of(store, state).append(end)
        return complete(request)

    streaming.complete = deleted_meanwhile  # type: ignore[method-assign]
    with pytest.raises(RunOverError):
        performed(SOUL_DRAFT, state, streaming, log)
    assert streaming.written == 3
    assert streaming.requests == []


def test_no_second_call_is_sent_for_a_run_that_is_over() -> None:
    store, state = MemoryEventStore(), state_before(SOUL_DRAFT)
    model = ScriptedModel(script=["{"])
    ask = model.complete

    def deleted_meanwhile(request: ModelRequest) -> Completion:
        log_of(store, state).append(PipelineFailed(problem=DELETED, duration_ms=1))
        return ask(request)

    model.complete = deleted_meanwhile  # type: ignore[method-assign]
    with pytest.raises(RunOverError):
        performed(SOUL_DRAFT, state, model, log_of(store, state))
    assert len(model.requests) == 1


def test_a_confirmation_keeps_the_first_score_and_names_both_judges() -> None:
    store, state = MemoryEventStore(), state_before(AUDIT)
    state = performed(AUDIT, state, ScriptedModel(name="scripted:1"), log_of(store, state))
    scores = dict.fromkeys(("coherence", "depth", "cultural_fidelity", "voice_distinctiveness", "realism"), 3.0)
    second = ScriptedModel([json.dumps({"findings": [], "scores": scores})])
    after = performed(CONFIRM_AUDIT, state, second, log_of(store, state))
    assert after.audit is not None
    assert (after.audit.first_score, after.audit.confirmed_score, after.audit.overall) == (4.1, 3.0, 3.0)
    assert set(after.audit.scores.model_dump().values()) == {3.0}
    assert after.audit.rubric_version == rubric_version()
    assert after.draft == state.draft
    scored = [kept.entry.event for kept in store.entries.values() if isinstance(kept.entry.event, AuditScored)]
    assert [(event.kind, event.overall) for event in scored] == [("first", 4.1), ("confirmation", 3.0)]


def test_a_confirmation_that_died_after_its_answer_is_not_paid_for_again() -> None:
    store, state = MemoryEventStore(), state_before(AUDIT)
    audited = performed(AUDIT, state, ScriptedModel(), log_of(store, state))
    first, second = ScriptedModel(), ScriptedModel()
    before = performed(CONFIRM_AUDIT, audited, first, log_of(store, audited))
    assert performed(CONFIRM_AUDIT, audited, second, log_of(store, audited)) == before
    assert second.requests == []
    assert store.types().count("audit.scored") == 2


def test_a_confirmation_asks_the_second_judge_before_the_first() -> None:
    audit = AuditConfig(model="anthropic:claude-opus-4-7", fallback=("anthropic:claude-sonnet-4-6",))
    assert audit.for_confirmation().chain == audit.chain
    confirming = audit.model_copy(update={"confirm_model": "openai:gpt-6.1-sol"})
    assert confirming.for_confirmation().chain == ("openai:gpt-6.1-sol", *audit.chain)
    assert PipelineConfig(audit=confirming).of(StepName.CONFIRM_AUDIT).chain[0] == "openai:gpt-6.1-sol"
