"""The voice check as a background job: one item per scenario, answered by the model that is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fourfold.config.engine import SafetyConfig
from fourfold.config.models import ModelConfig
from fourfold.events.envelope import bus_entry
from fourfold.events.voice import VoiceCheckCompleted
from fourfold.jobs.answers import WORKING, PaidAnswers
from fourfold.jobs.job import Conclusion, failed_calls
from fourfold.jobs.store import Checkpoints, JobStore
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatModel, ModelCall
from fourfold.persona import Persona
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.voice.embedder import Embedder, MeteredEmbedder
from fourfold.voice.fingerprint import Fingerprint
from fourfold.voice.fingerprint_job import ScenarioReply, paid_reply
from fourfold.voice.scenario_turn import scenario_turn
from fourfold.voice.scenarios import Scenario, ScenarioSet
from fourfold.voice.voice_check import CheckedReplies, certificate
from fourfold.voice_certificate import VoiceCertificate

# Keys of the model's name, and of the wish for the suite, in the checkpoints of a run. No scenario id begins so.
_MODEL: Final = f"{WORKING}model"
_SUITE: Final = f"{WORKING}suite"


@dataclass(frozen=True)
class Checked:
    """What a run checks: a model, and whether with the provocation suite."""

    model: str
    suite: bool = False

    def texts(self) -> dict[str, str]:
        """The initial checkpoints of the run."""
        return {_MODEL: self.model, **({_SUITE: "yes"} if self.suite else {})}


def read_checked(checkpoints: Checkpoints) -> Checked | None:
    """Reads what a run checks; None if the run has ended."""
    texts = checkpoints.read()
    return Checked(texts[_MODEL], _SUITE in texts) if _MODEL in texts else None


def fingerprint_replies(
    store: JobStore, workspace_id: str, fingerprint: Fingerprint, scenarios: ScenarioSet
) -> Mapping[str, str]:
    """The replies that a fingerprint was made of, by scenario id; none if it was made with other scenarios.

    None also for one that earlier versions of fourfold made, which stored no replies.
    """
    if fingerprint.scenario_set != scenarios.version:
        return {}
    return store.records(workspace_id, fingerprint.run_id)


def concluded(run: Run, made: VoiceCertificate, further_calls: Sequence[ModelCall]) -> Conclusion:
    """The end of a check, with its event."""
    event = VoiceCheckCompleted(
        persona_id=made.persona_id,
        run_id=made.run_id,
        model=made.model,
        verdict=made.verdict,
        pairs=made.pairs,
        shift=made.shift and made.shift.estimate,
        margin=made.shift and made.shift.margin,
        cost_usd=made.cost_usd,
    )
    return Conclusion(
        result=made.model_dump_json(),
        entries=[bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=made.created_at)],
        tokens=made.tokens,
        cost_usd=made.cost_usd,
        name=made.model,
        further_calls=further_calls,
    )


@dataclass
class VoiceCheckJob:
    """Implements `fourfold.jobs.job.Job` for one persona and the one `model` that is checked.

    `before` are the replies that the fingerprint was made of, by scenario id.
    """

    persona: Persona
    model: ChatModel
    config: ModelConfig
    safety: SafetyConfig
    embedder: Embedder
    scenarios: ScenarioSet
    fingerprint: Fingerprint
    before: Mapping[str, str]
    deadline: Deadline

    def items(self, answers: PaidAnswers) -> Sequence[str]:  # noqa: ARG002 - the port's signature
        """The scenario ids."""
        return [scenario.id for scenario in self._asked]

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Asks the model for the persona's reply to a scenario."""
        turn = scenario_turn(self.persona, self.safety, self.scenarios.find(key))
        answers.get_or_make(key, lambda: paid_reply(turn, [self.model], self.config, self.deadline))

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:
        """Builds the certificate, with its event."""
        embedder = MeteredEmbedder(self.embedder)
        paid = [*self.calls_in(stored), *failed_calls(stored)]
        return concluded(run, self.certified(run, stored, paid, embedder, at), embedder.calls)

    def certified(
        self,
        run: Run,
        stored: Mapping[str, str],
        paid: Sequence[ModelCall],
        embedder: MeteredEmbedder,
        at: datetime,
    ) -> VoiceCertificate:
        """Returns the certificate; `paid` are the calls that it cost, those of `embedder` excepted.

        Raises:
            ModelError: the embedder returned no vectors.
        """
        after = {each.id: ScenarioReply.model_validate_json(stored[each.id]).reply for each in self._asked}
        tokens, cost_usd = tokens_and_cost(paid)
        replies = CheckedReplies(self.model.name, self.before, after, tokens, cost_usd)
        return certificate(self.persona, run.id, self.fingerprint, replies, embedder, at)

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of the scenarios answered so far."""
        texts = (stored[each.id] for each in self._asked if each.id in stored)
        return [call for text in texts for call in ScenarioReply.model_validate_json(text).calls]

    @property
    def _asked(self) -> Sequence[Scenario]:
        """The scenarios that the fingerprint has a reply to."""
        return [scenario for scenario in self.scenarios.scenarios if scenario.id in self.before]
