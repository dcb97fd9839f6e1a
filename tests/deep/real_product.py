"""The whole product on a real model: a persona from a brief, and chat, fingerprint and suite of an imported one.

A tiny model repeats itself to the end of its room, so the room is small; its words are poor, so a created persona may
fail honestly, and the parts that speak get a ready-made one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fourfold.cards.portable import portable
from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.llm.port import ModelFailure
from fourfold.persona import Mask, PersonaStatus, SelfLayer, Soul, Surface
from fourfold.pipeline.new_run import new_run
from tests.builders import MASK, SELF, SOUL, SURFACE
from tests.deep.real_model import MODEL, RealServer
from tests.integration.local_server import BY_THEMSELVES, LocalServer, eventually

# Tokens of an answer of a step, a chat reply and a judgement.
STEP_ROOM, CHAT_ROOM, JUDGE_ROOM = 512, 256, 400
STEPS = ("intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit")
# One of each family.
SOME_TESTS = ["role.002", "contra.003", "emo.005", "jail.003"]
BRIEF = "A shy baker, 41, in Izmir"
# Problems of a model that cannot hold a conversation, and failures that would be the product's own.
HONEST = {"model_truncated", "model_invalid_output"}
OWN_FAILURES = {ModelFailure.TIMEOUT, ModelFailure.SERVER_ERROR, ModelFailure.UNREACHABLE, ModelFailure.BAD_REQUEST}
CREATE_SECONDS, JOB_SECONDS, CHAT_SECONDS = 3000, 3400, 270
# Requests of a minute are limited.
POLL_SECONDS = 1.0


@contextmanager
def product_on(server: RealServer, folder: Path) -> Iterator[RealProduct]:
    """A fresh home whose only model is the server's; one attempt, one judge, jobs when they are asked for."""
    home = LocalServer(folder, {"FOURFOLD_COMPATIBLE_BASE_URL": server.url, "FOURFOLD_COMPATIBLE_MODEL": MODEL})
    home.borrow_made_before()
    home.start()
    try:
        home.commit({f"engine.pipeline.{step}.max_tokens": STEP_ROOM for step in STEPS})
        # Cool: a warm reply of a tiny model often has no end.
        home.commit({"engine.chat.max_tokens": CHAT_ROOM, "engine.chat.temperature": 0.3})
        home.commit({"engine.provocation.judge.max_tokens": JUDGE_ROOM, "engine.provocation.second_judgement": False})
        home.commit({"engine.pipeline.audit.max_retries": 0})
        home.commit(dict.fromkeys(BY_THEMSELVES, False))
        yield RealProduct(home)
    finally:
        assert home.stop() == 0, home.said()


@dataclass
class RealProduct:
    """A home on a real server. `usage` collects the recorded tokens of each part, `seconds` its duration."""

    home: LocalServer
    usage: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def create(self) -> dict[str, Any]:
        """The run of a persona that is made from a brief, when it is over."""
        began = time.monotonic()
        reply = self.home.call("POST", "/v1/personas", body={"intent": BRIEF}, headers={"Prefer": "respond-async"})
        assert reply.status_code == 202, reply.text
        run: dict[str, Any] = self._ended(reply.json(), CREATE_SECONDS)
        self._keep("create", began, run["usage"]["tokens"])
        return run

    def imported(self) -> str:
        """The id of a ready-made persona."""
        begun = new_run(BRIEF, "ws_one", RunSettings(EngineConfig()), datetime.now(UTC)).persona
        layers = {
            "status": PersonaStatus.ACTIVE,
            "language": "en",
            "soul": Soul.model_validate(SOUL["soul"]),
            "self_": SelfLayer.model_validate(SELF["self"], strict=False),
            "mask": Mask.model_validate(MASK["mask"], strict=False),
            "surface": Surface.model_validate(SURFACE["surface"]),
        }
        reply = self.home.call("POST", "/v1/personas/import", body=portable(begun.model_copy(update=layers)))
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def chat(self, persona_id: str) -> str:
        """One reply, or the code of the problem if the model gave none."""
        began, path = time.monotonic(), f"/v1/personas/{persona_id}/chat"
        reply = self.home.call("POST", path, body={"message": "Good morning?"}, timeout=CHAT_SECONDS)
        if reply.status_code != HTTPStatus.OK:
            return str(reply.json()["code"])
        self._keep("chat", began, reply.json()["usage"]["tokens"])
        return str(reply.json()["reply"])

    def job(self, persona_id: str, name: str, selection: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The document of `fingerprint` or `test-suite`, when the job is over."""
        began, path = time.monotonic(), f"/v1/personas/{persona_id}/{name}"
        reply = self.home.call("POST", path, body=selection or {})
        assert reply.status_code == 202, reply.text
        self._keep(name, began, self._ended(reply.json(), JOB_SECONDS)["usage"]["tokens"])
        document: dict[str, Any] = self.home.call("GET", path).json()
        return document

    def _keep(self, part: str, began: float, usage: Mapping[str, Any]) -> None:
        self.seconds[part] = time.monotonic() - began
        self.usage[part] = usage

    def _ended(self, receipt: Mapping[str, Any], seconds: float) -> Any:
        def when_over() -> Any:
            time.sleep(POLL_SECONDS)
            reply = self.home.call("GET", f"/v1/runs/{receipt['run_id']}")
            assert reply.status_code == HTTPStatus.OK, reply.text
            run = reply.json()
            return run if run["status"] != "running" else None

        return eventually(when_over, seconds)


def calls_in(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every model call of a run of the pipeline."""
    return [call for attempt in run["attempts"] for step in attempt["steps"] for call in step["calls"]]


def outcomes_of(run: Mapping[str, Any]) -> Counter[str]:
    """How many steps were valid at first, after a repair, or not."""
    found: Counter[str] = Counter()
    for step in (step for attempt in run["attempts"] for step in attempt["steps"]):
        found[
            "failed" if step["failure"] else "valid at first" if len(step["calls"]) == 1 else "valid after a repair"
        ] += 1
    return found
