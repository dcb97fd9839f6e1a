"""The first fingerprint of a new persona, whose mask is written once more if its voice is too close to others.

The items are the scenarios; then, if the voice is too close, the layers; then the scenarios as the new mask answers
them. The voice that is more distinct from the same others is stored. All of it is one job: nothing is paid twice, and
the persona changes once, together with its fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from fourfold.errors import ConflictError
from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaUpdated
from fourfold.events.voice import VoiceRewrite, VoiceTooClose
from fourfold.jobs.answers import WORKING, PaidAnswers
from fourfold.jobs.job import Conclusion, failed_calls
from fourfold.jobs.store import NewVersion
from fourfold.layers import Layers, changed_paths, layers_of, same_layers, with_layers, with_stale_audit
from fourfold.llm.port import ModelCall
from fourfold.persona import SPEAKABLE, Document, Persona
from fourfold.persona_versions import Authorship, Change, version_of
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.voice.distinctiveness import ComparableVoice, from_others
from fourfold.voice.embedder import MeteredEmbedder
from fourfold.voice.fingerprint import Fingerprint
from fourfold.voice.fingerprint_job import FingerprintJob, ScenarioReply, concluded, with_summary
from fourfold.voice.too_close import too_close

REASON: Final = "the voice was too close to others (engine.fingerprint.action_on_too_close)"
# Keys of the answers: the first fingerprint, the layers of the rewriting, and what begins the keys of their replies.
_FIRST: Final = f"{WORKING}first"
_LAYERS: Final = "layers"
_SECOND: Final = "second/"
# What begins the keys of the steps that write the layers.
LAYER_ANSWER: Final = f"{WORKING}layers/"


class LayerAnswer(Document):
    """What a step wrote, as text that only its writer reads, and its paid calls."""

    text: str
    calls: tuple[ModelCall, ...]


class RewrittenLayers(Document):
    """The layers with a new mask, None if no usable one was written; and the calls that failed."""

    layers: Layers | None
    calls: tuple[ModelCall, ...] = ()


class LayerWriter(Protocol):
    """Writes the mask of a persona once more, with what depends on it."""

    def __call__(self, close: VoiceTooClose, answers: PaidAnswers) -> RewrittenLayers:
        """Returns the layers with a mask that leaves what makes the voice close.

        Each call is paid through `answers`, as a LayerAnswer under a key that begins with LAYER_ANSWER.

        Raises:
            ModelError: the time of this worker is over.
            StoppedError: the run was cancelled.
        """


class PersonaChangedError(ConflictError):
    """The persona was changed while its mask was written once more. At the next delivery its voice stays as it is."""


class _FirstVoice(Document):
    """The first fingerprint with its paid embeddings, the event of a voice too close, and whether it is rewritten."""

    fingerprint: Fingerprint
    calls: tuple[ModelCall, ...]
    too_close: VoiceTooClose | None
    rewrites: bool


@dataclass
class RewritingJob:
    """Implements `fourfold.jobs.job.Job` for a new persona.

    `first` is the job of the voice as it was created, `stored` returns the persona as it is now.
    """

    first: FingerprintJob
    run: Run
    write: LayerWriter
    stored: Callable[[], Persona | None]

    def items(self, answers: PaidAnswers) -> Sequence[str]:
        """The scenario ids; of a voice that is too close then the layers, and once they are written the second pass."""
        asked = self.first.items(answers)
        if any(answers.find(key) is None for key in asked) or not self._first_voice(answers).rewrites:
            return asked
        text = answers.find(_LAYERS)
        if text is None or RewrittenLayers.model_validate_json(text).layers is None:
            return [*asked, _LAYERS]
        return [*asked, _LAYERS, *(f"{_SECOND}{key}" for key in asked)]

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Asks a scenario, or has the layers written."""
        if key == _LAYERS:
            close = self._first_voice(answers).too_close
            written = RewrittenLayers(layers=None) if close is None else self.write(close, answers)
            answers.add(key, written.model_dump_json())
        elif key.startswith(_SECOND):
            second = self._second(_layers_in(answers.all()))
            scenario = second.scenarios.find(key.removeprefix(_SECOND))
            answers.get_or_make(key, lambda: second.ask_persona(scenario))
        else:
            self.first.perform(key, answers)

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:
        """Stores the voice that is more distinct from the others, with its fingerprint and the events."""
        first, layers = _FirstVoice.model_validate_json(stored[_FIRST]), _layers_in(stored)
        embedder, close = MeteredEmbedder(self.first.embedder), first.too_close
        after = None
        if close is not None and layers is not None:
            made = self._second_voice(run, layers, stored, embedder, at)
            others = self.first.others(made)
            before, after = _score(first.fingerprint, others), _score(made, others)
            if after > before and _is_unchanged(self.stored(), self.first.persona):
                changed = changed_paths(layers_of(self.first.persona), layers)
                close = _with_rewrite(close, before, after, changed)
                made = self._priced(made, stored, embedder)
                version = partial(self._version, run, layers=layers, made=made)
                answers = self.first.answers_in(stored, _SECOND)
                return concluded(run, made, answers, close, embedder, version=version)
        if close is not None and first.rewrites:
            close = _with_rewrite(close, close.score, after, ())
        fingerprint = self._priced(first.fingerprint.model_copy(update={"created_at": at}), stored, embedder)
        summary = partial(with_summary, fingerprint=fingerprint, spoken=self.first.persona)
        return concluded(run, fingerprint, self.first.answers_in(stored), close, embedder, summary=summary)

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of both passes, of the layers and of the first embedding."""
        found = list(self.first.calls_in(stored))
        for key, text in stored.items():
            if key == _FIRST:
                found += _FirstVoice.model_validate_json(text).calls
            elif key == _LAYERS:
                found += RewrittenLayers.model_validate_json(text).calls
            elif key.startswith(LAYER_ANSWER):
                found += LayerAnswer.model_validate_json(text).calls
            elif key.startswith(_SECOND):
                found += ScenarioReply.model_validate_json(text).calls
        return found

    def _first_voice(self, answers: PaidAnswers) -> _FirstVoice:
        """The first fingerprint. It is stored at once: its embedding may be paid, and what follows depends on it."""
        text = answers.find(_FIRST)
        if text is not None:
            return _FirstVoice.model_validate_json(text)
        embedder = MeteredEmbedder(self.first.embedder)
        replies = self.first.answers_in(answers.all())
        made = self.first.fingerprint_of(self.run, replies, (), embedder, self.run.started_at)
        close = too_close(made, self.first.others(made), self.first.min_distinctiveness)
        rewrites = close is not None and _is_unchanged(self.stored(), self.first.persona)
        found = _FirstVoice(fingerprint=made, calls=tuple(embedder.calls), too_close=close, rewrites=rewrites)
        answers.add(_FIRST, found.model_dump_json())
        answers.store()
        return found

    def _second(self, layers: Layers | None) -> FingerprintJob:
        """The job of the voice with other layers."""
        return self.first if layers is None else replace(self.first, persona=with_layers(self.first.persona, layers))

    def _second_voice(
        self, run: Run, layers: Layers, stored: Mapping[str, str], embedder: MeteredEmbedder, at: datetime
    ) -> Fingerprint:
        second = self._second(layers)
        return second.fingerprint_of(run, second.answers_in(stored, _SECOND), (), embedder, at)

    def _priced(self, made: Fingerprint, stored: Mapping[str, str], embedder: MeteredEmbedder) -> Fingerprint:
        """The fingerprint with what the whole job cost: both voices were paid for."""
        tokens, cost_usd = tokens_and_cost([*self.calls_in(stored), *failed_calls(stored), *embedder.calls])
        return made.model_copy(update={"tokens": tokens, "cost_usd": cost_usd})

    def _version(self, run: Run, persona: Persona, *, layers: Layers, made: Fingerprint) -> NewVersion:
        """The next version of the stored persona.

        Raises:
            PersonaChangedError: its layers were changed, or a run is changing them.
        """
        if not _is_unchanged(persona, self.first.persona):
            raise PersonaChangedError(persona.id)
        at = made.created_at
        after = with_stale_audit(with_layers(persona, layers)).model_copy(
            update={"version": persona.version + 1, "updated_at": at}
        )
        by = Authorship(author=run.author, reason=REASON)
        version = version_of(with_summary(after, made, after), Change.REGENERATED, persona, by)
        version = version.model_copy(update={"run_id": run.id})
        entry = bus_entry(
            PersonaUpdated.of(version),
            workspace_id=run.workspace_id,
            correlation_id=run.id,
            occurred_at=at,
            occurrence=str(version.version),
        )
        return NewVersion(version, entry)


def _layers_in(stored: Mapping[str, str]) -> Layers | None:
    return RewrittenLayers.model_validate_json(stored[_LAYERS]).layers if _LAYERS in stored else None


def _is_unchanged(persona: Persona | None, read: Persona) -> bool:
    """Whether the stored persona speaks with the layers that were read, and no run is changing them."""
    return (
        persona is not None
        and persona.status in SPEAKABLE
        and persona.pending_run_id is None
        and same_layers(persona, read)
    )


def _score(fingerprint: Fingerprint, others: Sequence[ComparableVoice]) -> float:
    """The distinctiveness from the others' replies (0-1); 1 without any."""
    result = from_others(fingerprint, others)
    return 1.0 if result is None else result.score


def _with_rewrite(close: VoiceTooClose, before: float, after: float | None, changed: tuple[str, ...]) -> VoiceTooClose:
    rewrite = VoiceRewrite(
        before=before,
        after=after,
        shipped="second" if changed else "first",
        avoided=avoided_features(close),
        changed=changed,
    )
    return close.model_copy(update={"rewrite": rewrite})


def avoided_features(close: VoiceTooClose) -> tuple[str, ...]:
    """The style features that the nearest voices share with this one, each once, those of the nearest first."""
    return tuple(dict.fromkeys(feature for near in close.nearest for feature in near.alike))
