"""A process that dies at any moment of an evaluation: every call is in its record, and is sent again once at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Final, Literal

import pytest

from fourfold.llm.port import Completion, LanguageModel, ModelRequest
from fourfold.models.offline import OfflineComposer
from fourfold.pipeline.state import RunState
from fourfold.spending.metered import call_name
from fourfold.steps import STEP_ORDER, StepName
from fourfold.storage.evaluations.budget import DynamoBudget
from functions import step_entry
from functions.api.evaluations import starting
from functions.evaluation_judge import models as judging
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.invocation import Invocation

BRIEFS: Final = ["A shy founder, 34, in Istanbul", "A ferry pilot, 67, who cannot swim"]
A, B, JUDGE = "anthropic:claude-sonnet-4-5", "anthropic:claude-opus-4-5", "anthropic:claude-opus-4-6"
Moment = Literal["reserved", "in flight", "settled"]
# When the process dies, and at which call: in a step, in a later step, and at a judgement.
MOMENTS: Final[tuple[tuple[Moment, int], ...]] = (("reserved", 6), ("in flight", 4), ("settled", 14))


class KilledError(BaseException):
    """The process ends here: nothing catches it."""


@dataclass
class Bill:
    """What a provider was sent, and the call (from 1) at which the process dies; it lives with 0."""

    dies_at: int = 0
    moment: Moment = "in flight"
    calls: int = 0
    paid: list[float] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    def die(self, moment: Moment) -> None:
        if (self.calls, self.moment) == (self.dies_at, moment):
            self.dies_at = 0
            raise KilledError

    def model(self, name: str) -> LanguageModel:
        return BilledModel(name, self)


@dataclass(frozen=True)
class BilledModel:
    """The offline composer with a price: the same for equal requests."""

    name: str
    bill: Bill

    def complete(self, request: ModelRequest) -> Completion:
        self.bill.calls += 1
        self.bill.die("reserved")
        call = call_name(self.name, request)
        usd = 0.001 + int(call[:4], 16) / 1e7
        self.bill.paid.append(usd)
        self.bill.asked[call] += 1
        self.bill.die("in flight")
        return replace(OfflineComposer().complete(request), cost_usd=usd)


@dataclass
class Executions:
    """The pipeline's executions: each continues with the step at which it was stopped, as on the local engine."""

    at: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def steps(self, state: RunState) -> RunState:
        place, document = self.at.get(state.run_id, (0, state.model_dump(mode="json")))
        for step in STEP_ORDER[place:]:
            self.at[state.run_id] = (place, document)
            if step is not StepName.CONFIRM_AUDIT:
                document = import_module(f"functions.{step}.handler").handler(document, Invocation())
            place += 1
        return RunState.model_validate(document)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> EvaluationMachine:
    found = EvaluationMachine(Executions().steps)
    monkeypatch.setattr(starting, "start_execution", found.start)
    monkeypatch.setenv("FOURFOLD_PROVIDERS", "anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    return found


def _evaluated(
    api: Api, machine: EvaluationMachine, bill: Bill, monkeypatch: pytest.MonkeyPatch, briefs: Sequence[str] = BRIEFS
) -> dict[str, Any]:
    """An evaluation whose process dies once, if it does, and is started again."""
    settle = DynamoBudget.settle

    def settled(budget: DynamoBudget, *given: Any) -> None:
        settle(budget, *given)
        bill.die("settled")

    for module in (step_entry, judging):
        monkeypatch.setattr(module, "resolve", bill.model)
    monkeypatch.setattr(DynamoBudget, "settle", settled)
    body = {"a": {"model": A}, "b": {"model": B}, "judge": JUDGE, "briefs": briefs, "max_usd": 50}
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).headers["location"]
    if bill.dies_at:
        with pytest.raises(KilledError):
            machine.execute()
    machine.execute()
    monkeypatch.setattr(DynamoBudget, "settle", settle)
    found: dict[str, Any] = api.read(path)
    return found


def test_the_runs_of_an_evaluation_add_up_to_what_it_spent(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own run has the tokens and the cost of the calls that no persona's run has: those of the judge."""
    whole = _evaluated(api, machine, Bill(), monkeypatch, BRIEFS[:1])
    own = next(run["usage"] for run in api.read("/v1/runs")["data"] if run["kind"] == "evaluation")
    personas = [persona["usage"] for persona in api.read("/v1/personas", evaluation_id=whole["id"])["data"]]
    assert len(personas) == 2
    assert sum(one["cost_usd"] for one in (own, *personas)) == pytest.approx(whole["spent_usd"], abs=1e-5)
    counted = {one["group"]: one for one in api.read("/v1/usage", group_by="kind")["data"]}
    assert own["cost_usd"] == pytest.approx(counted["evaluation"]["cost_usd"], abs=1e-6)
    assert own["tokens"]["output_tokens"] == counted["evaluation"]["tokens"]["output_tokens"] > 0


@pytest.mark.deep(part="evaluations")
@pytest.mark.timeout(900)
def test_every_call_of_a_killed_evaluation_is_in_its_record(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = Bill()
    whole = _evaluated(api, machine, undisturbed, monkeypatch)
    assert whole["spent_usd"] == pytest.approx(sum(undisturbed.paid), abs=1e-6)
    for moment, dies_at in MOMENTS:
        bill = Bill(dies_at, moment)
        found = _evaluated(api, machine, bill, monkeypatch)
        assert (found["status"], found["report"]["pairs"]) == ("completed", len(BRIEFS)), moment
        again = (bill.asked - undisturbed.asked).total()
        assert again == (0 if moment == "reserved" else 1), moment
        # A call that was reserved and not sent counts too: that it was not is unknown.
        lost = found["spent_usd"] - sum(bill.paid)
        assert 0.001 < lost < 0.008 if moment == "reserved" else lost == pytest.approx(0.0, abs=1e-6), moment
        noted = any(note.startswith("A stop of the server cut off 1 calls") for note in found["report"]["notes"])
        assert noted == (moment != "settled"), moment
