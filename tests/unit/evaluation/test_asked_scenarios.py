"""Which scenarios the personas of an evaluation answer."""

from __future__ import annotations

from collections import Counter

from fourfold.config.variant import Variant
from fourfold.evaluation.asked_scenarios import MOST_SCENARIOS, asked_scenarios
from fourfold.scenario_names import SCENARIO_NAMES


def replacing(*names: str) -> Variant:
    return Variant(name="other", texts=dict.fromkeys(names, "And now?")) if names else Variant()


def test_they_are_those_that_either_side_replaces() -> None:
    a, b = replacing("joke.work", "audit"), replacing("joke.work", "comfort.money")
    assert asked_scenarios(a, b) == asked_scenarios(b, a) == ("comfort.money", "joke.work")
    assert asked_scenarios(Variant(), replacing("soul_draft")) == ()


def test_of_many_ten_are_taken_from_all_registers_and_topics() -> None:
    asked = asked_scenarios(Variant(), replacing(*SCENARIO_NAMES))
    registers, topics = (Counter(name.split(".")[place] for name in asked) for place in (0, 1))
    assert (len(asked), set(registers.values()), set(topics.values())) == (MOST_SCENARIOS, {1}, {2})
    comfort = [name for name in SCENARIO_NAMES if name.startswith("comfort.")]
    assert asked_scenarios(replacing(*comfort), replacing("joke.home")) == (*comfort, "joke.home")
