"""Chooses the scenarios that the personas of an evaluation answer: those whose messages a side replaces."""

from __future__ import annotations

from collections import Counter
from typing import Final

from fourfold.config.variant import Variant
from fourfold.scenario_names import SCENARIO_NAMES

# Each costs a call for every persona.
MOST_SCENARIOS: Final = 10


def asked_scenarios(a: Variant, b: Variant) -> tuple[str, ...]:
    """The names of at most MOST_SCENARIOS scenarios that A or B replaces, in the order of the grid.

    Of more than these it takes one after the other from the register, and then the topic, that was taken least.
    """
    left = [name for name in SCENARIO_NAMES if name in a.texts or name in b.texts]
    taken: list[str] = []
    registers: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    while left and len(taken) < MOST_SCENARIOS:
        name = min(left, key=lambda each: _taken(each, registers, topics))
        register, _, topic = name.partition(".")
        registers[register] += 1
        topics[topic] += 1
        left.remove(name)
        taken.append(name)
    return tuple(sorted(taken, key=SCENARIO_NAMES.index))


def _taken(name: str, registers: Counter[str], topics: Counter[str]) -> tuple[int, int]:
    register, _, topic = name.partition(".")
    return registers[register], topics[topic]
