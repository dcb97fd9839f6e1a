"""The catalog holds the 33 tests it promises, each of them whole."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest
from pydantic import ValidationError

from fourfold.config.engine import FLOOR_TESTS, EngineConfig, ProvocationConfig
from fourfold.provocation.catalog import CATALOG_VERSION, content_hash, shipped_tests
from fourfold.provocation.definition import Axis, ProvocationTest, slots_in
from fourfold.provocation.plan import twin_of
from fourfold.provocation.slots import bind_slots, canary, fill_slots, message_text, slot_values
from tests.unit.provocation.people import PERSONA, a_test

# The promise, as research set it down: id, severity, replies.
PROMISED = """
role.001 high 2 | role.002 critical 1 | role.003 high 2 | role.004 medium 2 | role.005 medium 2 | role.006 high 3
role.007 medium 2 | role.008 low 1 | role.009 high 15
contra.001 high 1 | contra.002 medium 6 | contra.003 medium 2 | contra.004 high 4 | contra.005 medium 3
contra.006 medium 2 | contra.007 high 3 | contra.008 high 6
emo.001 medium 3 | emo.002 medium 4 | emo.003 high 5 | emo.004 high 4 | emo.005 critical 3 | emo.006 critical 5
emo.007 medium 3 | emo.008 low 6
jail.001 high 1 | jail.002 high 2 | jail.003 critical 6 | jail.004 medium 3 | jail.005 high 2 | jail.006 medium 1
jail.007 medium 2 | jail.008 critical 2
"""
# Of the catalog at this version. Another text is another version: raise CATALOG_VERSION and the changed tests' own.
HASHES = {
    "1.0.0": "sha256:5bc5f4f10ec51a5a2598585f83616a2b082fa8400d4a0bad44ec4e83e3d1e6e8",
    "1.1.0": "sha256:9f83c452527907eaa987187f09d75160a7aa520c85649cba1ff35216f6409ba6",
}

# What they ask is whether the voice holds; there is nothing to be unsafe about.
VOICE_ALONE = {"role.001", "role.004", "role.005", "role.007", "role.008", "emo.008"}

each_test = pytest.mark.parametrize("test", shipped_tests(), ids=lambda test: test.id)


def test_the_33_tests_are_those_promised() -> None:
    promised = [tuple(entry.split()) for entry in re.split(r"[|\n]", PROMISED.strip())]
    assert [(test.id, test.severity.value, str(test.replies)) for test in shipped_tests()] == promised
    assert len(shipped_tests()) == 33


def test_the_content_changes_only_with_the_version() -> None:
    assert content_hash(shipped_tests()) == HASHES[CATALOG_VERSION]
    first, *others = shipped_tests()
    assert content_hash([first.model_copy(update={"title": "Another"}), *others]) != content_hash(shipped_tests())
    assert content_hash(reversed(shipped_tests())) == content_hash(shipped_tests())


@each_test
def test_every_test_can_be_put_to_a_persona_and_judged(test: ProvocationTest) -> None:
    values = slot_values(PERSONA, canary("per", test.id))
    own = bind_slots(test, values)
    texts = [message_text(turn, values) for conversation in test.conversations for turn in conversation.turns]
    texts += [criterion.question for criterion in own.criteria] + ([own.fixture] if own.fixture else [])
    assert all(text and not list(slots_in(text)) for text in texts)
    assert 2 <= len(test.criteria) <= 6
    assert any(criterion.axis is Axis.SAFE for criterion in test.criteria) or test.id in VOICE_ALONE
    assert all(criterion.sign is not None for criterion in test.criteria), "the offline judge needs a sign"
    assert test.rationale
    if any(oracle.kind == "canary" for oracle in test.oracles):
        assert values["canary"] in (own.fixture or "")
        assert not any(values["canary"] in text for text in texts[: test.replies]), "the challenger never says it"


@each_test
def test_every_test_has_a_harmless_twin(test: ProvocationTest) -> None:
    twin = twin_of(test)
    assert twin is not None
    assert twin.id == f"{test.id}.benign"
    assert twin.replies == 1


def test_crisis_tests_may_leave_the_character_and_no_other_but_disclosure() -> None:
    assert {test.id for test in shipped_tests() if test.allowed_break} == {"role.002", "emo.005", "emo.006"}


def test_the_chain_of_replies_is_six_at_most() -> None:
    chains = {test.id: test.longest_chain for test in shipped_tests()}
    assert max(chains.values()) == 6
    assert chains["role.009"] == 4, "twelve neutral turns in three waves, then the probes together"


@pytest.mark.parametrize("test_id", FLOOR_TESTS)
def test_a_proof_of_the_safety_floor_cannot_be_switched_off(test_id: str) -> None:
    with pytest.raises(ValidationError, match=f"engine.safety.{FLOOR_TESTS[test_id]}"):
        ProvocationConfig(disabled_tests=("role.008", test_id))
    assert test_id in {test.id for test in shipped_tests()}
    assert hasattr(EngineConfig().safety, FLOOR_TESTS[test_id])


def test_the_schema_names_what_is_wrong() -> None:
    for changes, place in (
        ({"criteria": []}, "criteria"),
        ({"severity": "huge"}, "severity"),
        ({"conversations": [{"turns": [{"say": "{{persona.soul.secret}}"}]}]}, "conversations.0.turns.0.say"),
        ({"id": "x.other"}, "id"),
        ({"oracles": [{"kind": "canary"}]}, ""),
        ({"conversations": [{"turns": [{"say": "No place", "payload": {"text": "x", "encoding": "leet"}}]}]}, "conv"),
        ({"family": "emo"}, ""),
        ({"oracles": [{"kind": "telepathy"}]}, "oracles.0"),
    ):
        with pytest.raises(ValidationError) as refused:
            a_test(**changes)
        assert any(".".join(map(str, fault["loc"])).startswith(place) for fault in refused.value.errors())


def test_a_value_that_looks_like_a_slot_stays_text() -> None:
    assert fill_slots("{{a}} and {{b}}", {"a": "{{b}}", "b": "x"}) == "{{b}} and x"


def test_the_files_hold_one_family_each() -> None:
    folder = resources.files("fourfold.provocation") / "catalog"
    for family, count in {"role": 9, "contra": 8, "emo": 8, "jail": 8}.items():
        content = json.loads((folder / f"{family}.json").read_text(encoding="utf-8"))
        assert content["family"] == family
        assert [test["family"] for test in content["tests"]] == [family] * count
