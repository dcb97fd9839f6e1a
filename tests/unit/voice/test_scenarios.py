"""The grid of scenarios, and what a variant replaces in it."""

from __future__ import annotations

from fourfold.config.variant import Variant
from fourfold.scenario_names import SCENARIO_NAMES
from fourfold.voice.scenarios import scenario_set, shipped_scenarios

RENT = "The rent is due on Friday, and I am forty short."
TASK = "Task: soul_draft. Write the wound first."


def variant(name: str = "blunt", **texts: str) -> Variant:
    return Variant(name=name, texts={key.replace("__", "."): text for key, text in texts.items()})


def test_the_names_are_those_of_the_shipped_grid_in_its_order() -> None:
    assert tuple(one.id for one in shipped_scenarios().scenarios) == SCENARIO_NAMES
    assert len({one.register for one in shipped_scenarios().baseline_subset()}) == 10


def test_a_text_replaces_one_message_in_every_language_and_keeps_the_grid() -> None:
    shipped, own = shipped_scenarios(), scenario_set(variant(comfort__money=RENT, soul_draft=TASK))
    assert [one.id for one in own.scenarios] == [one.id for one in shipped.scenarios]
    assert [one.id for one, other in zip(own.scenarios, shipped.scenarios, strict=True) if one != other] == [
        "comfort.money"
    ]
    assert {own.find("comfort.money").text(language) for language in (None, "en-GB", "tr")} == {RENT}


def test_the_version_is_of_the_messages_alone() -> None:
    one = scenario_set(variant(comfort__money=RENT))
    assert one.version.startswith(f"{shipped_scenarios().version}+var_")
    assert scenario_set(variant("other", comfort__money=RENT, soul_draft=TASK)) == one
    others = (variant(comfort__money=f"{RENT} "), variant(comfort__work=RENT))
    assert len({one.version, *(scenario_set(other).version for other in others)}) == 3
    assert scenario_set(variant(soul_draft=TASK)) is scenario_set(Variant()) is shipped_scenarios()
