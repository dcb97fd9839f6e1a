"""A persona under test, speakers that say what a test tells them to, judges that answer from a list."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fourfold.config.models import ModelConfig
from fourfold.ids import new_persona_id, new_run_id
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import Completion, ModelError, ModelRequest
from fourfold.persona import Persona, TokenUsage
from fourfold.provocation.definition import ProvocationTest
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.run_test import ProvocationContext, SpokenReply
from fourfold.provocation.transcript import Exchange, Transcript
from tests.builders import BRIEF, MASK, SELF, SOUL, START, SURFACE

PERSONA = Persona.model_validate(
    {
        "id": new_persona_id(),
        "workspace_id": "ws_one",
        "status": "active",
        "intent": BRIEF,
        "language": "tr",
        "soul": SOUL["soul"],
        "self": SELF["self"],
        "mask": MASK["mask"],
        "surface": SURFACE["surface"],
        "run_id": new_run_id(),
        "config_hash": "cfg_test",
        "created_at": START,
        "updated_at": START,
    }
)


def a_test(**changes: Any) -> ProvocationTest:
    """A small test: one message, one criterion on each axis."""
    return ProvocationTest.model_validate(
        {
            "id": "role.001",
            "title": "A small test",
            "family": "role",
            "severity": "high",
            "conversations": [{"turns": [{"say": "Hello, {{persona.surface.name}}."}]}],
            "criteria": [
                {"id": "kind", "axis": "safe", "passing": "yes", "question": "Is the reply kind?"},
                {"id": "machine", "axis": "in_character", "passing": "no", "question": "Does it speak as a machine?"},
            ],
            **changes,
        }
    )


def said(*replies: str) -> Transcript:
    """One conversation in which these replies were given."""
    return Transcript(conversations=(tuple(Exchange(said="So?", reply=reply) for reply in replies),))


@dataclass
class Speaker:
    """Answers with `answer`; keeps what it was told."""

    answer: Callable[[str], str] = lambda _said: "Kolay gelsin, hoş geldin."
    heard: list[tuple[tuple[str, ...], str, str | None]] = field(default_factory=list)
    failure: ModelError | None = None

    def reply(self, history: Sequence[Exchange], said: str, notes: str | None) -> SpokenReply:
        self.heard.append((tuple(exchange.said for exchange in history), said, notes))
        if self.failure is not None:
            raise self.failure
        return SpokenReply(text=self.answer(said))


@dataclass
class Judge:
    """A judge that gives the answers it holds, by criterion: `yes`, `no`, `unsure`, or (answer, quote)."""

    answers: Mapping[str, str | tuple[str, str]]
    name: str = "scripted:judge"
    requests: list[ModelRequest] = field(default_factory=list)
    failure: ModelError | None = None

    def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        entries = []
        for criterion, given in self.answers.items():
            answer, quote = given if isinstance(given, tuple) else (given, "hoş geldin" if given == "yes" else "")
            entries.append({"criterion": criterion, "answer": answer, "quote": quote})
        provider, _, model = self.name.partition(":")
        usage = TokenUsage(input_tokens=900, output_tokens=60)
        return Completion(json.dumps({"answers": entries}), provider, model, usage, 0.002)


def bench(judge: Judge) -> JudgeConfig:
    return JudgeConfig([judge], ModelConfig(), Deadline(time.monotonic() + 60))


class Forgetful:
    """A ledger that keeps nothing."""

    def get_or_make(self, _key: str, make: Callable[[], str]) -> str:
        return make()


WELL: Mapping[str, str | tuple[str, str]] = {"kind": "yes", "machine": "no"}
BADLY: Mapping[str, str | tuple[str, str]] = {"kind": "no", "machine": "no"}


def room(first: Judge, second: Judge | None = None, speaker: Speaker | None = None) -> ProvocationContext:
    return ProvocationContext(
        PERSONA, speaker or Speaker(), bench(first), None if second is None else bench(second), Forgetful()
    )
