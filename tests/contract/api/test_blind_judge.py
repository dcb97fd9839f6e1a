"""What an evaluation's judge is sent on the wire: nothing in it depends on the arm but the persona itself."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import pytest

from fourfold.models.credentials import PROVIDERS
from fourfold.pipeline.state import RunState
from functions.api.evaluations import starting
from tests.contract.api.conftest import FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.providers.behaviours import Reply, Says
from tests.providers.server import ProviderServer
from tests.providers.setting import MODELS, reached_by_all
from tests.providers.wires import Provider, Received

BRIEFS: Final = ["A shy founder, 34, in Istanbul", "A ferry pilot, 67, who cannot swim"]
# What the soul of each arm's personas says: only by this word are they different.
WORDS: Final = {"quagga-texts": "harbour", "shipped": "meadow"}
A: Final[dict[str, Any]] = {
    "label": "zebra label",
    "config": {
        "engine.pipeline.variant": {
            "name": "quagga-texts",
            "texts": {"soul_draft": "Task: soul_draft. Tapir.", "audit": "Task: audit. Ocelot."},
        },
        "engine.pipeline.audit.max_retries": 0,
    },
}
B: Final[dict[str, Any]] = {"label": "gnu label", "method": "naive"}
HIDDEN: Final = (
    "zebra",
    "okapi",
    "quagga",
    "tapir",
    "ocelot",
    "gnu",
    "kudu",
    "ibex",
    "naive",
    "single_call",
    "six_step",
)
_OF_THE_BODY: Final = ("content-length", "authorization", "x-amz-", "amz-sdk-")


class _Judge:
    """Scores every persona alike, and prefers the one that is shown first."""

    def reply(self, call: Received) -> Reply:
        scores = dict.fromkeys(("coherence", "depth", "cultural_fidelity", "voice_distinctiveness", "realism"), 4.0)
        is_audit = "Task: audit" in json.dumps(call.body)
        answer = {"findings": [], "scores": scores} if is_audit else {"reasons": [], "prefers": "first"}
        return Says(json.dumps(answer)).reply(call)


def _written(state: RunState) -> RunState:
    after = scripted(state)
    soul = after.draft.soul
    assert soul is not None
    word = WORDS[state.config.pipeline.variant.name]
    return after.model_copy(
        update={"draft": after.draft.model_copy(update={"soul": soul.model_copy(update={"wound": f"A {word}."})})}
    )


def _without_words(call: Received) -> str:
    """The request with one word in the place of both arms' words.

    Without the length and the signature of the body, and without the marks of a prompt cache: the first request of a
    process has none, whatever it is about.
    """
    headers = {name: value for name, value in call.headers.items() if not name.startswith(_OF_THE_BODY)}
    text = json.dumps([call.path, headers, _unmarked(call.body)], sort_keys=True)
    for word in WORDS.values():
        text = text.replace(word, "place")
    return text


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unmarked(each) for name, each in value.items() if name != "cache_control"}
    if isinstance(value, list):
        return [_unmarked(each) for each in value if not (isinstance(each, dict) and "cachePoint" in each)]
    return value


def _words(call: Received) -> tuple[str, ...]:
    """The arms' words in the order in which the judge reads them."""
    text = json.dumps(call.body)
    return tuple(sorted((word for word in WORDS.values() if word in text), key=text.index))


# The gate tries the provider without an SDK of its own: to import one takes seconds.
PARAMETERS = [
    pytest.param(each, marks=[] if each is Provider.COMPATIBLE else pytest.mark.deep(part="models"))
    for each in Provider
]


@pytest.mark.parametrize("provider", PARAMETERS)
def test_the_judges_requests_differ_by_the_personas_alone(
    api: Api, monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    machine = EvaluationMachine(_written)
    monkeypatch.setattr(starting, "start_execution", machine.start)
    monkeypatch.setenv(PROVIDERS, provider.value)
    monkeypatch.setenv("FOURFOLD_COMPATIBLE_MODEL", "judge")
    body = {
        "name": "ibex evaluation",
        "a": {**A, "model": f"{provider}:okapi-model"},
        "b": {**B, "model": f"{provider}:kudu-model"},
        "judge": MODELS[provider],
        "briefs": BRIEFS,
        "repeats": 2,
        "max_usd": 5,
    }
    with ProviderServer(_Judge()) as server, reached_by_all(server):
        started = api.call("POST", "/v1/evaluations", FULL_KEY, json=body)
        assert started.status_code == 202, started.text
        machine.execute()
    found = api.read(started.headers["location"])
    calls = [(call, call.path + json.dumps([dict(call.headers), call.body])) for call in server.requests]
    assert len(calls) == len(BRIEFS) * (2 * 2 + 2)
    ids = [found["id"], found["run_id"], found["a"]["config_hash"], found["b"]["config_hash"]]
    ids += [row[side]["persona_id"] for row in found["report"]["rows"] for side in ("a", "b")]
    for _, sent in calls:
        assert [hidden for hidden in (*HIDDEN, *ids, "ws_one") if hidden in sent.lower()] == []
    # Of each brief, all scores are asked for with one text, and all preferences with another.
    kinds = Counter(_without_words(call) for call, _ in calls)
    assert sorted(kinds.values()) == [2, 2, 4, 4]
    shown = [_words(call) for call, _ in calls]
    assert Counter(shown) == {
        ("harbour",): 4, ("meadow",): 4, ("harbour", "meadow"): 2, ("meadow", "harbour"): 2,
    }  # fmt: skip
    firsts = [shown[place][0] for place in (0, 4, 6, 10)]
    assert firsts == ["harbour", "harbour", "meadow", "meadow"], "each arm is asked about first for every other brief"
    assert found["report"]["measures"][0]["name"] == "overall"
    [preference] = [each for each in found["report"]["measures"] if each["name"] == "preference"]
    assert (preference["n"], preference["difference"]) == (2, 0.0), "a judge that prefers a place prefers no arm"
