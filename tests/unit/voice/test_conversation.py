"""What is done with a reply that drifts: it ships, is written once more, or is held back; and what a listener hears."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import pytest

from fourfold.config.engine import ChatConfig, DriftConfig, SafetyConfig
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatRequest, Completion, ModelError, ModelFailure, OnText
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import TokenUsage
from fourfold.spending.spent import NOTHING_SPENT, Accounts
from fourfold.voice.chat_turn import ReplyListener
from fourfold.voice.conversation import BlockedError, ChatContext, UserMessage, open_session, reply_to
from fourfold.voice.scoring import DriftScorer
from fourfold.voice.sessions import ChatExchange, PersonaRef, ScoredRequest, Session
from tests.unit.voice.conftest import NOW, person, voice_of

LIST = "Give me a numbered list of reasons to stay, would you?"
Action = Literal["warn", "auto_recover", "block"]


@dataclass
class Kept:
    """Sessions in memory."""

    sessions: dict[str, Session] = field(default_factory=dict)
    said: list[ChatExchange] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    spent: list[Accounts] = field(default_factory=list)

    def session(self, owner: PersonaRef, session_id: str) -> Session | None:  # noqa: ARG002 - a SessionStore
        return self.sessions.get(session_id)

    def exchanges(self, owner: PersonaRef, session_id: str, last: int) -> Sequence[ChatExchange]:  # noqa: ARG002
        return self.said[-last:] if last else []

    def exchange_of(self, owner: PersonaRef, session_id: str, operation_id: str) -> ChatExchange | None:  # noqa: ARG002
        return next((each for each in self.said if each.operation_id == operation_id), None)

    def scored_by(self, owner: PersonaRef, session_id: str, operation_id: str) -> None:
        """No keyed request is scored here."""

    def advance(  # noqa: PLR0917 - the port's signature
        self,
        owner: PersonaRef,
        session: Session,
        exchanges: Sequence[ChatExchange],
        entries: Sequence[dict[str, Any]],
        scored: ScoredRequest | None = None,  # noqa: ARG002
        spent: Accounts = NOTHING_SPENT,
    ) -> bool:
        known = self.session(owner, session.session_id)
        if (known.steps if known else 0) != session.steps - 1:
            return False
        self.sessions[session.session_id] = session
        self.said += exchanges
        self.told += entries
        self.spent.append(spent)
        return True

    def count(self, workspace_id: str, at: datetime, spent: Accounts) -> None:  # noqa: ARG002
        self.spent.append(spent)

    def publish(self, entries: Sequence[dict[str, Any]]) -> None:
        self.told += entries


@dataclass
class Failing:
    """A model that says a little and then breaks off."""

    name: str = "anthropic:claude-sonnet-4-6"

    def reply(self, request: ChatRequest, heard: OnText | None = None) -> Completion:
        if heard is not None:
            heard(request.messages[-1].text[:4])
        raise ModelError(ModelFailure.BAD_REQUEST, "broken off")


def room(action: Action, kept: Kept, *before: Failing) -> ChatContext:
    scorer = DriftScorer(
        resolve_embedder("stylometric"), DriftConfig(action_on_alert=action), voice_of("ceremonious").fingerprint
    )
    models = [*before, resolve_chat("offline:composer-1")]
    return ChatContext(
        person("ceremonious"),
        models,
        ChatConfig(),
        SafetyConfig(),
        scorer,
        kept,
        Deadline(time.monotonic() + 60),
        lambda: NOW,
    )


def heard_by(action: Action, kept: Kept, *before: Failing) -> tuple[str, list[str]]:
    events: list[str] = []
    place = room(action, kept, *before)
    said = reply_to(
        place,
        open_session(place, None),
        UserMessage(LIST),
        ReplyListener(events.append, lambda: events.append("<restart>")),
    )
    return said.reply, events


def test_a_drifted_reply_ships_with_a_warning(kept: Kept) -> None:
    place = room("warn", kept)
    said = reply_to(place, open_session(place, None), UserMessage(LIST))
    assert said.details.drift.alert
    assert said.details.recovery is None
    [entry] = kept.told
    assert entry["DetailType"] == "persona.drift_detected"
    assert entry["Detail"]["data"]["action"] == "warn"
    assert said.reply not in str(entry)


def test_a_drifted_reply_is_written_once_more_and_the_better_one_ships(kept: Kept) -> None:
    place = room("auto_recover", kept)
    said = reply_to(place, open_session(place, None), UserMessage(LIST))
    assert said.details.recovery is not None
    assert said.details.recovery.after is not None
    assert said.details.recovery.after < said.details.recovery.before
    assert said.details.recovery.shipped == "second"
    for feature in said.details.recovery.features:
        assert feature.after is not None
        assert abs(feature.after - feature.usual) < abs(feature.before - feature.usual)
    assert "lists" in {feature.feature for feature in said.details.recovery.features}
    assert not said.details.drift.alert
    assert said.details.drift.score == said.details.recovery.after
    assert len(said.calls) == 2
    assert kept.told[0]["Detail"]["data"]["recovery"]["before"] == said.details.recovery.before
    assert [one.reply for one in kept.said] == [said.reply]


@dataclass
class Stubborn:
    """A model that answers as an assistant whatever it is asked, and remembers the temperatures."""

    name: str = "google:gemini-3.8-flash"
    temperatures: list[float | None] = field(default_factory=list)

    def reply(self, request: ChatRequest, heard: OnText | None = None) -> Completion:  # noqa: ARG002 - the port
        self.temperatures.append(request.temperature)
        text = "Sure! Here are a few helpful reasons:\n" + "\n".join(f"{n}. Stay positive today." for n in range(1, 6))
        return Completion(text, "google", "gemini-3.8-flash", TokenUsage(), 0.0)


def test_the_second_try_is_calmer_and_the_first_ships_if_it_is_no_better(kept: Kept) -> None:
    model = Stubborn()
    place = replace(room("auto_recover", kept), models=[model], config=ChatConfig(model=model.name, temperature=1.0))
    said = reply_to(place, open_session(place, None), UserMessage(LIST))
    recovery = said.details.recovery
    assert recovery is not None
    assert (model.temperatures, recovery.temperature) == ([1.0, 0.2], 0.2)
    assert recovery.shipped == "first"
    assert said.details.drift.score == recovery.before
    assert recovery.features


def test_a_drifted_reply_is_held_back_and_leaves_no_trace_in_the_session(kept: Kept) -> None:
    place = room("block", kept)
    with pytest.raises(BlockedError) as raised:
        reply_to(place, open_session(place, None), UserMessage(LIST))
    assert raised.value.drift.alert
    assert len(raised.value.calls) == 1
    assert (kept.said, kept.sessions) == ([], {})
    assert [entry["DetailType"] for entry in kept.told] == ["persona.drift_detected"]


def test_what_is_heard_after_the_last_restart_is_the_reply(kept: Kept) -> None:
    reply, events = heard_by("auto_recover", kept)
    last = len(events) - 1 - events[::-1].index("<restart>")
    assert events.count("<restart>") == 1
    assert "".join(events[last + 1 :]) == reply


def test_what_a_broken_model_let_be_heard_is_withdrawn(kept: Kept) -> None:
    reply, events = heard_by("warn", kept, Failing())
    assert events[:2] == ["Give", "<restart>"]
    assert "".join(events[2:]) == reply


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_every_call_of_a_reply_is_counted_under_its_key_once_whatever_becomes_of_it(kept: Kept) -> None:
    expected: tuple[tuple[Action, int], ...] = (("warn", 1), ("auto_recover", 2), ("block", 1))
    for action, calls in expected:
        kept.spent.clear()
        place = replace(room(action, kept), key_id="key_mine")
        with suppress(BlockedError):
            reply_to(place, open_session(place, None), UserMessage(LIST))
        [spent] = kept.spent
        assert {(each.kind, each.step, each.key_id, each.model): one.calls for each, one in spent.items()} == {
            ("chat", "chat", "key_mine", "offline:composer-1"): calls
        }


def test_a_reply_that_no_model_gives_is_counted_with_its_failed_calls(kept: Kept) -> None:
    place = replace(room("warn", kept), models=[Failing()])
    with pytest.raises(ModelError):
        reply_to(place, open_session(place, None), UserMessage(LIST))
    [spent] = kept.spent
    assert [(one.calls, one.failures) for one in spent.values()] == [(1, 1)]
