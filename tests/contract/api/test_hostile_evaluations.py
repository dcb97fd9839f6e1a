"""Requests of POST /v1/evaluations that have no result: each is refused by pointer before anything is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fourfold.pipeline.soul_draft import SOUL_DRAFT
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine

BRIEF = "Zoë, a nurse, 40, in Århus"
OTHER = "A ferry pilot, 67, who cannot swim"
VARIANT = "engine.pipeline.variant"
AUDIT = "engine.pipeline.audit"
SOUL, MASK = "Task: soul_draft. One scene.", "Task: mask_build. Two phrases."


def _variant(name: str, **texts: str) -> dict[str, Any]:
    return {"config": {VARIANT: {"name": name, "texts": texts}}}


# What is asked -> what of the request is changed (None: left out), the pointer of the first fault, and its code.
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no briefs": ({"briefs": []}, "/briefs", "too_short"),
    "zero width": ({"briefs": [OTHER, "\u200b\u2060\ufeff\u00ad"]}, "/briefs/1", "blank"),
    "fillers": ({"briefs": ["\u3164\u115f\u2800\ufe0f\u034f\U000e0100"]}, "/briefs/0", "blank"),
    "case": ({"briefs": [BRIEF, OTHER, BRIEF.upper()]}, "/briefs/2", "duplicate"),
    "normal form": ({"briefs": [BRIEF, "Zoe\u0308, a nurse, 40, in A\u030arhus"]}, "/briefs/1", "duplicate"),
    "spaces": ({"briefs": [BRIEF, f"\u00a0{BRIEF}\n"]}, "/briefs/1", "duplicate"),
    "hidden": ({"briefs": [BRIEF, BRIEF.replace("nurse", "nu\u200brse")]}, "/briefs/1", "duplicate"),
    "10,001 briefs": ({"briefs": ["a"] * 10_001}, "/briefs", "too_long"),
    "a long brief": ({"briefs": [BRIEF, "x" * 5000]}, "/briefs/1", "string_too_long"),
    "no text": ({"briefs": [BRIEF, None]}, "/briefs/1", "wrong_type"),
    "two sources": ({"briefs": [BRIEF], "last": 3}, "/briefs", "one_source_of_briefs"),
    "a size without a set": ({"briefs": [BRIEF], "size": 3}, "/size", "no_set"),
    "size": ({"briefs": None, "set": "standard@1", "size": 137}, "/size", "too_few_briefs"),
    "negative budget": ({"max_usd": -1}, "/max_usd", "greater_than"),
    "budget without bound": ({"max_usd": 1e308}, "/max_usd", "less_than_equal"),
    "budget as text": ({"max_usd": "5"}, "/max_usd", "float_type"),
    "no budget": ({"max_usd": None}, "/max_usd", "required"),
    "no margin": ({"margin": 0}, "/margin", "greater_than"),
    "six judgements": ({"repeats": 6}, "/repeats", "less_than_equal"),
    "no metric": ({"metrics": []}, "/metrics", "too_short"),
    "a metric twice": ({"metrics": ["overall", "overall"]}, "/metrics/1", "unknown_measure"),
    "a metric unasked for": ({"metrics": ["preference"], "preferences": False}, "/metrics/0", "not_measured"),
    "a metric that cannot be compared": ({"metrics": ["violations"]}, "/metrics/0", "not_measured"),
    "a metric with two bars": (
        {"metrics": ["passed"], "b": {"config": {"engine.pipeline.audit.min_overall_score": 1.0}}},
        "/metrics/0",
        "not_measured",
    ),
    "a look-alike": ({"b": {"preset": "anthropi\u0441"}}, "/b/preset", "unknown_preset"),
    "an unknown text": ({"a": _variant("x", poetry="y"), "b": {}}, f"/a/config/{VARIANT}", ""),
    "a setting of chats": (
        {"b": {"config": {"engine.chat.model": "offline:composer-1"}}},
        "/b/config/engine.chat.model",
        "not_settable",
    ),
    "an unknown provider": ({"b": {"model": "nobody:gpt"}}, "/b/model", ""),
    "a judge without a provider": ({"judge": "offline"}, "/judge", "value_error"),
    "a judge that there is not": ({"judge": "offline:composer-9"}, "/judge", "value_error"),
    "a judge's name with a space": ({"judge": "anthropic:claude 5"}, "/judge", "string_pattern"),
    "a judge's name in another script": ({"judge": "anthropic:cl\u0430ude"}, "/judge", "string_pattern"),
    "a text that shows nothing": ({"a": _variant("x", soul_draft="\u200b\u3164"), "b": {}}, f"/a/config/{VARIANT}", ""),
    "the default": ({"b": {"config": {"engine.pipeline.method": "six_steps"}}}, "/b", "same_arms"),
    "another order of keys": (
        {
            "a": _variant("one", soul_draft=SOUL, mask_build=MASK),
            "b": _variant("one", mask_build=MASK, soul_draft=SOUL),
        },
        "/b",
        "same_arms",
    ),
    "the same texts under another name": (
        {"a": _variant("one", soul_draft=SOUL), "b": _variant("two", soul_draft=SOUL)},
        "/b",
        "same_arms",
    ),
    "the shipped text": ({"b": _variant("mine", soul_draft=SOUL_DRAFT.task)}, "/b", "same_arms"),
    "a step that one call does not have": (
        {"a": {"method": "naive"}, "b": {"method": "naive", **_variant("mine", mask_build=MASK)}},
        "/b",
        "same_arms",
    ),
    "retries of one call": (
        {"a": {"method": "naive"}, "b": {"method": "naive", "config": {f"{AUDIT}.max_retries": 0}}},
        "/b",
        "same_arms",
    ),
    "where retries begin that there are not": (
        {
            "a": {"config": {f"{AUDIT}.max_retries": 0}},
            "b": {"config": {f"{AUDIT}.max_retries": 0, f"{AUDIT}.retry_from": "mask_build"}},
        },
        "/b",
        "same_arms",
    ),
    "a confirmation after retries that there are not": (
        {
            "a": {"config": {f"{AUDIT}.max_retries": 0}},
            "b": {"config": {f"{AUDIT}.max_retries": 0, f"{AUDIT}.confirm": "never"}},
        },
        "/b",
        "same_arms",
    ),
    "the confirming model spelled out": (
        {"a": {}, "b": {"config": {f"{AUDIT}.confirm_model": "offline:composer-1"}}},
        "/b",
        "same_arms",
    ),
    "a preset spelled out": ({"a": {"preset": "offline"}, "b": {"model": "offline:composer-1"}}, "/b", "same_arms"),
    "an empty config": ({"b": {"config": {}}}, "/b", "same_arms"),
    "another label": ({"b": {"label": "now"}}, "/b", "same_arms"),
    "another spelling of a metric": ({"metrics": ["Overall"]}, "/metrics/0", "unknown_measure"),
    "a truth for a number": ({"max_usd": True}, "/max_usd", "float_type"),
    "a truth for repeats": ({"repeats": True}, "/repeats", "int_type"),
    "a number for a truth": ({"allow_same": 1}, "/allow_same", "wrong_type"),
    "a brief of 1 MB": ({"briefs": ["x " * 500_000]}, "/briefs/0", "string_too_long"),
    "a variant that is not one": ({"b": {"config": {VARIANT: "mine"}}}, f"/b/config/{VARIANT}", "invalid_setting"),
    "a judge without credentials": ({"judge": "anthropic:claude-opus-4-7"}, "/judge", "provider_not_configured"),
    "a field of a side too many": ({"b": {"method": "naive", "judge": "x"}}, "/b/judge", "unknown_field"),
    "a long name": ({"name": "x" * 161}, "/name", "string_too_long"),
    "a field too many": ({"winner": "b"}, "/winner", "unknown_field"),
}


def test_what_cannot_be_evaluated_is_refused_by_pointer(api: Api, machine: EvaluationMachine) -> None:
    wrong = {}
    for what, (changed, pointer, code) in REFUSED.items():
        body = {"b": {"method": "naive"}, "briefs": [BRIEF, OTHER], "max_usd": 5, **changed}
        asked = {name: value for name, value in body.items() if value is not None}
        refused = api.call("POST", "/v1/evaluations", FULL_KEY, json=asked)
        first = (refused.json().get("errors") or [{}])[0]
        if (refused.status_code, first.get("pointer")) != (422, pointer) or code not in first["code"]:
            wrong[what] = refused.text
    assert wrong == {}
    assert machine.started == []
    assert api.nothing_happened()


def test_a_budget_that_is_no_number_is_refused(api: Api, machine: EvaluationMachine) -> None:
    for number in ("NaN", "Infinity", "-Infinity", "1e999", "-0.0", "1" + "0" * 5000):
        body = json.dumps({"b": {"method": "naive"}, "briefs": [BRIEF]})[:-1] + f', "max_usd": {number}}}'
        sent = {"content": body, "headers": {"Content-Type": "application/json"}}
        refused = api.call("POST", "/v1/evaluations", FULL_KEY, **sent)
        assert refused.status_code in {400, 422}, refused.text
        assert "sys." not in refused.text
    assert machine.started == []
    assert api.nothing_happened()


def test_the_order_of_a_variants_texts_does_not_change_its_hash(api: Api, machine: EvaluationMachine) -> None:
    hashes = set[str]()
    for texts in ({"soul_draft": SOUL, "mask_build": MASK}, {"mask_build": MASK, "soul_draft": SOUL}):
        body = {"a": _variant("one", **texts), "b": {}, "briefs": [BRIEF], "max_usd": 5}
        path = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).headers["location"]
        hashes.add(api.read(path)["a"]["config_hash"])
    assert len(hashes) == 1
    assert len(machine.started) == 2


@pytest.mark.usefixtures("machine")
def test_an_evaluation_of_another_workspace_is_absent(api: Api) -> None:
    body = {"b": {"method": "naive"}, "briefs": [BRIEF], "max_usd": 5}
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).headers["location"]
    for method, end in (("GET", ""), ("GET", "?format=html"), ("POST", "/cancel"), ("DELETE", "")):
        assert api.call(method, path + end, OTHER_FULL_KEY).status_code == 404
    for unknown in ("evl_", "evl_01kaqf0c5v3y9m2t8z4n6r1w7b", "%00", "evl_01KAQF0C5V3Y9M2T8Z4N6R1W7B"):
        assert api.call("GET", f"/v1/evaluations/{unknown}", FULL_KEY).status_code == 404
    assert api.read(path)["status"] == "running"
