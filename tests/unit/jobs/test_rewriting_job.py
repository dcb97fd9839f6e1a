"""The job that has a mask written once more: killed, overtaken by an edit, and without success."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from fourfold.config.engine import ChatConfig, SafetyConfig
from fourfold.events.voice import VoiceTooClose
from fourfold.ids import new_persona_id, new_run_id
from fourfold.jobs.answers import WAVE, PaidAnswers
from fourfold.jobs.job import do_job
from fourfold.layers import Layers, layers_of
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatRequest, Completion, ModelCall, OnText
from fourfold.persona import Mask, Persona, SelfLayer, Soul, Surface, TokenUsage
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.storage.personas.store import DynamoPersonaStore, persona_key
from fourfold.voice.distinctiveness import ComparableVoice
from fourfold.voice.embedder import Embedding
from fourfold.voice.fingerprint import (
    Fingerprint,
    FingerprintInput,
    FingerprintOwner,
    make_fingerprint,
    unpacked_small,
)
from fourfold.voice.fingerprint_job import FingerprintJob
from fourfold.voice.rewriting_job import LAYER_ANSWER, LayerAnswer, RewritingJob, RewrittenLayers
from fourfold.voice.scenarios import shipped_scenarios
from tests.builders import MASK, SELF, SOUL, SURFACE
from tests.unit.jobs.conftest import NOW, WORKSPACE, Bench

OTHER_TONE = "bright as a dropped tray"
_WORDS = "with twelve words or more so that it is long enough to count here"


class KilledError(BaseException):
    """What a killed worker leaves: nothing that anything may catch."""


class TwoVoices:
    """An embedder that hears two directions, and a little noise of the text."""

    id = "two@1"
    trained_on = None

    def embed(self, texts: Sequence[str]) -> Embedding:
        angles = [(1.4 if OTHER_TONE in text else 0.2) + zlib.crc32(text.encode()) / 2**32 / 5 for text in texts]
        return Embedding(np.array([[math.cos(angle), math.sin(angle)] for angle in angles]))


@dataclass
class Speaker:
    """A model that repeats the tone of its mask; `before` is called before each reply."""

    asked: Counter[str] = field(default_factory=Counter)
    kill_at: int | None = None
    name: str = "test:speaker"

    def reply(self, request: ChatRequest, on_text: OnText | None = None) -> Completion:  # noqa: ARG002 - the port's
        if sum(self.asked.values()) == self.kill_at:
            raise KilledError
        tone = OTHER_TONE if OTHER_TONE in request.system else "plain"
        said = request.messages[-1].text
        self.asked[f"{tone}|{said}"] += 1
        return Completion(f"{tone}: {said} {_WORDS}", "test", "speaker", TokenUsage(output_tokens=1), 0.0)


class NoBaseline:
    """No reply of the plain assistant is wanted."""

    def read(self, model: str) -> Mapping[str, str]:  # noqa: ARG002 - the port's
        return {one.id: f"as an assistant {one.id} {_WORDS}" for one in shipped_scenarios().scenarios}

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Not called."""


def speaking(bench: Bench) -> Persona:
    """The bench's persona, stored with layers."""
    persona = bench.persona.model_copy(
        update={
            "language": "en",
            "soul": Soul.model_validate(SOUL["soul"]),
            "self_": SelfLayer.model_validate(SELF["self"], strict=False),
            "mask": Mask.model_validate(MASK["mask"], strict=False),
            "surface": Surface.model_validate(SURFACE["surface"]),
            "pending_run_id": None,
        }
    )
    store_as(bench, persona)
    return persona


def store_as(bench: Bench, persona: Persona) -> None:
    bench.client.update_item(
        TableName="personas",
        Key=persona_key(WORKSPACE, persona.id),
        UpdateExpression="SET doc = :doc",
        ExpressionAttributeValues={":doc": {"S": persona.model_dump_json()}},
    )


def near_voice() -> ComparableVoice:
    replies = {one.id: f"plain: other {one.id} {_WORDS}" for one in shipped_scenarios().scenarios}
    owner = FingerprintOwner(new_persona_id(), new_run_id(), "en")
    source = FingerprintInput(replies, [], ("test:speaker",), TokenUsage(), 0.0)
    made = make_fingerprint(owner, source, TwoVoices(), shipped_scenarios(), NOW)
    return ComparableVoice(owner.persona_id, None, made, np.array([unpacked_small(one) for one in made.sample]))


def with_tone(persona: Persona, tone: str) -> Layers:
    layers = layers_of(persona)
    return layers.model_copy(update={"mask": layers.mask.model_copy(update={"tone": tone})})


@dataclass
class Stage:
    """A job of the persona, whose writer gives the mask `tone`; None: it writes nothing usable."""

    bench: Bench
    persona: Persona
    model: Speaker = field(default_factory=Speaker)
    tone: str | None = OTHER_TONE
    written: int = 0

    def job(self, run: Run) -> RewritingJob:
        first = FingerprintJob(
            persona=self.persona,
            models=[self.model],
            config=ChatConfig(),
            safety=SafetyConfig(),
            embedder=TwoVoices(),
            scenarios=shipped_scenarios(),
            baseline=NoBaseline(),
            deadline=Deadline(math.inf),
            others=lambda _made: [near_voice()],
            min_distinctiveness=0.5,
        )
        store = self.bench.store
        return RewritingJob(first, run, self.write, lambda: store.persona(WORKSPACE, self.persona.id))

    def write(self, close: VoiceTooClose, answers: PaidAnswers) -> RewrittenLayers:
        assert close.nearest

        def pay() -> str:
            self.written += 1
            call = ModelCall(
                provider="test", model="w", duration_ms=1, tokens=TokenUsage(output_tokens=5), cost_usd=0.0
            )
            return LayerAnswer(text="", calls=(call,)).model_dump_json()

        answers.get_or_make(f"{LAYER_ANSWER}mask_build", pay)
        return RewrittenLayers(layers=None if self.tone is None else with_tone(self.persona, self.tone))

    def done(self, order: object) -> Run | None:
        run = self.bench.claimed(order)  # type: ignore[arg-type]
        assert run is not None
        return do_job(run, self.job(run), self.bench.place(), concurrency=1)

    def fingerprint(self) -> Fingerprint:
        text = self.bench.store.result(WORKSPACE, self.persona.id, RunKind.FINGERPRINT)
        assert text is not None
        return Fingerprint.model_validate_json(text)

    def stored(self) -> Persona:
        found = self.bench.store.persona(WORKSPACE, self.persona.id)
        assert found is not None
        return found


@pytest.fixture
def stage(bench: Bench) -> Stage:
    return Stage(bench, speaking(bench))


@pytest.mark.parametrize("killed_at", [30, 51, 75])
def test_a_killed_worker_pays_again_for_a_wave_at_most(stage: Stage, killed_at: int) -> None:
    order = stage.bench.order()
    stage.model.kill_at = killed_at
    with pytest.raises(KilledError):
        stage.done(order)
    stage.model.kill_at = None
    ended = stage.done(order)
    assert ended is not None
    asked = stage.model.asked
    assert (len(asked), max(asked.values()) <= 2) == (100, True)
    assert asked.total() - len(asked) <= WAVE
    assert stage.written <= 2
    assert (stage.stored().version, layers_of(stage.stored()).mask.tone) == (2, OTHER_TONE)
    assert ended.usage.tokens.output_tokens == stage.fingerprint().tokens.output_tokens == 100 + 5


def test_the_version_and_the_fingerprint_are_those_of_the_second_voice(stage: Stage) -> None:
    ended = stage.done(stage.bench.order())
    assert ended is not None
    persona = stage.stored()
    assert persona.fingerprint is not None
    assert (persona.fingerprint.persona_version, persona.fingerprint.stale) == (2, False)
    version = DynamoPersonaStore(stage.bench.client, "personas", "outbox").version(WORKSPACE, persona.id, 2)
    assert version is not None
    assert (version.fields, version.run_id) == (("mask.tone",), ended.id)
    assert all(OTHER_TONE in reply for reply in stage.bench.store.records(WORKSPACE, ended.id).values())


@pytest.mark.parametrize("tone", [None, "plain as bread"])
def test_a_voice_that_is_no_more_distinct_does_not_ship(stage: Stage, tone: str | None) -> None:
    stage.tone = tone
    ended = stage.done(stage.bench.order())
    assert ended is not None
    assert ended.status is RunStatus.COMPLETED
    assert stage.stored().version == 1
    assert stage.stored().fingerprint is not None
    assert stage.fingerprint().tokens.output_tokens == (55 if tone is None else 105), "what was paid is counted"


def test_an_edit_made_meanwhile_stays(stage: Stage) -> None:
    mask = with_tone(stage.persona, "dry as a bone").mask
    edited = stage.persona.model_copy(update={"mask": mask, "version": 2})
    write = stage.write

    def edits(close: VoiceTooClose, answers: PaidAnswers) -> RewrittenLayers:
        store_as(stage.bench, edited)
        return write(close, answers)

    stage.write = edits  # type: ignore[method-assign]
    assert stage.done(stage.bench.order()) is not None
    persona = stage.stored()
    assert (persona.mask, persona.version) == (mask, 2)
    assert persona.fingerprint is not None
    assert persona.fingerprint.stale
