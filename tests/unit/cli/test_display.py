"""What a person sees in a terminal."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from fourfold.cli.comparison import compare
from fourfold.cli.formatting import bar, money, seconds, token_count
from fourfold.cli.live_display import follow
from fourfold.cli.portrait import show
from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.persona import (
    Audit,
    Finding,
    Mask,
    Persona,
    PersonaStatus,
    Scores,
    SelfLayer,
    Soul,
    StepUsage,
    Surface,
    TokenUsage,
    Trait,
    Usage,
)
from fourfold.pipeline.new_run import new_run
from fourfold.steps import StepName
from tests.builders import (
    ALL_STEPS,
    AUDIT,
    BRIEF,
    MASK,
    SELF,
    SOUL,
    START,
    SURFACE,
    MemoryEventStore,
    ScriptedModel,
    log_of,
    performed,
)


def screen(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=terminal, color_system=None)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def persona(status: PersonaStatus = PersonaStatus.ACTIVE, provider: str = "offline:composer-1") -> Persona:
    finding = Finding.model_validate(
        {"dimension": "depth", "field": "soul.wound", "quote": "the trays", "severity": 2, "note": "Say who looked."}
    )
    audit = Audit(overall=4.1, scores=Scores(**AUDIT["scores"]), findings=(finding,), attempt=1, judge=provider)
    return new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).persona.model_copy(
        update={
            "status": status,
            "soul": Soul(**SOUL["soul"]),
            "self_": SelfLayer.model_validate(SELF["self"]),
            "mask": Mask.model_validate(MASK["mask"]),
            "surface": Surface(**SURFACE["surface"]),
            "audit": audit,
            "providers": (provider,),
        }
    )


def test_a_portrait_shows_every_layer_the_audit_and_the_cost() -> None:
    console, shown = screen(), persona()
    show(shown, console)
    text = text_of(console)
    assert SURFACE["surface"]["name"] in text
    assert all(f"{trait.value:<17} " in text for trait in Trait)
    for word in ("Soul", "Self", "Mask", "Surface", "Audit", "anxious preoccupied", "refills the glasses", "4.10 of 5"):
        assert word in text
    assert "“the trays”" in text
    assert shown.id in text
    assert "$0.00" in text


def test_offline_personas_say_so_and_others_name_their_models() -> None:
    console = screen()
    show(persona(), console)
    assert "offline: written by the built-in composer" in text_of(console)
    console = screen()
    show(persona(provider="anthropic:claude-opus-4-7"), console)
    assert "offline" not in text_of(console)
    assert "anthropic:claude-opus-4-7" in text_of(console)


def test_a_persona_that_failed_can_still_be_shown() -> None:
    console = screen()
    show(
        new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).persona.with_status(PersonaStatus.FAILED, START),
        console,
    )
    assert "failed" in text_of(console)


def test_markup_in_a_persona_is_text() -> None:
    console, hostile = screen(), persona().model_copy(update={"intent": "[bold red]x[/nope]"})
    show(hostile, console)
    assert "[bold red]x[/nope]" in text_of(console)


def run_events() -> list[dict[str, Any]]:
    store, state, model = (
        MemoryEventStore(),
        new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).state,
        ScriptedModel(),
    )
    log = log_of(store, state)
    for step in ALL_STEPS:
        state = performed(step, state, model, log)
    retried = state.model_copy(update={"attempt": 2})
    performed(ALL_STEPS[1], retried, model, log)
    return [kept.entry.body() for kept in store.entries.values()]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_names_each_step_its_model_and_a_retry(terminal: bool) -> None:
    console, events = screen(terminal=terminal), run_events()
    progress = follow(iter(events), console)
    text = text_of(console)
    assert all(step.name in text for step in ALL_STEPS)
    assert "scripted:1" in text
    assert progress.attempt == 2
    assert progress.last == events[-1]
    assert set(progress.done) == {"intent_parse", "soul_draft"}


def test_figures_as_people_read_them() -> None:
    assert [money(None), money(0.0), money(0.0821), money(2.5)] == ["$ unknown", "$0.00", "$0.0821", "$2.50"]
    assert [seconds(8), seconds(1400)] == ["8 ms", "1.4 s"]
    assert bar(0.0, 4) == "····"
    assert bar(1.0, 4) == "████"
    assert bar(0.5, 4) == "██··"
    tokens = {"input_tokens": 1500, "cache_read_tokens": 0, "cache_write_tokens": 0, "output_tokens": 20}
    assert token_count({**tokens, "estimated": True}) == "~1,500 in, ~20 out"


def test_two_personas_stand_side_by_side_with_cost_time_and_audit() -> None:
    naive_usage = Usage(
        tokens=TokenUsage(input_tokens=900, output_tokens=700),
        cost_usd=0.013,
        by_step={StepName.SINGLE_CALL: StepUsage(tokens=TokenUsage(), cost_usd=0.013, duration_ms=5000)},
    )
    careful, naive = persona(), persona().model_copy(update={"usage": naive_usage})
    run = new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).run
    ended = run.model_copy(update={"completed_at": START + timedelta(seconds=41)})
    console = screen()
    compare((careful, ended), (naive, run), console)
    shown = {line[:22].strip(): line for line in text_of(console).splitlines()}
    assert shown[""].split() == ["six", "steps", "single", "call"]
    assert "$0.0130" in shown["cost"]
    assert "41.0 s" in shown["time"]
    assert shown["audit"].count("4.10 of 5") == 2
    assert shown["depth"].split()[1:] == ["4.0", "4.0"]


def test_a_fallback_is_told_while_it_happens() -> None:
    console = screen()
    base = {"step": "soul_draft", "attempt": 1, "place": 0}
    follow(
        [
            {"type": "step.repaired", **base, "model": "anthropic:claude-opus-4-7", "problems": 1},
            {"type": "step.fallback", **base, "from_model": "a:b", "to_model": "c:d", "failure": "rate_limited"},
            {"type": "step.failed", **base, "calls": [{}, {}], "failure": "refused"},
        ],
        console,
    )
    lines = [line.split(maxsplit=1)[1] for line in text_of(console).splitlines()]
    assert lines == [
        "anthropic:claude-opus-4-7 asked to mend 1 thing(s)",
        "a:b: rate limited; asking c:d",
        "no usable answer after 2 call(s)",
    ]
