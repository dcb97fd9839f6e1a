"""The names of the fingerprint's scenarios: a grid of ten registers by five topics, in the order they are asked."""

from __future__ import annotations

from typing import Final

REGISTERS: Final = (
    "small_talk",
    "opinion",
    "explain",
    "instruct",
    "comfort",
    "refuse",
    "argue",
    "joke",
    "story",
    "self_disclose",
)
TOPICS: Final = ("home", "work", "people", "money", "travel")
SCENARIO_NAMES: Final = tuple(f"{register}.{topic}" for register in REGISTERS for topic in TOPICS)
