"""The fifty scenarios a fingerprint is taken with: a grid of ten registers by five topics, in data/scenarios.json.

Both sides of the grid are there to be averaged out: what remains over all topics and ways of talking is the voice. A
scenario has a text for each language it was written in; a persona of another language is asked in English and answers
as it speaks. Whoever changes a text, or the grid, raises the version: fingerprints of two sets are not compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

_TOPICS = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing said to a persona. `id` is `<register>.<topic>`; `texts` are by language."""

    id: str
    texts: dict[str, str]

    @property
    def register(self) -> str:
        """How one talks in it, such as `comfort`."""
        return self.id.partition(".")[0]

    @property
    def topic(self) -> str:
        """What it is about, such as `money`."""
        return self.id.partition(".")[2]

    def text(self, language: str | None) -> str:
        """The text for a persona that speaks `language` (BCP 47, as `tr-TR`); English where there is none."""
        primary = (language or "en").partition("-")[0]
        return self.texts.get(primary, self.texts["en"])


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """All scenarios of one version, in the order they are asked."""

    version: str
    scenarios: tuple[Scenario, ...]

    def baseline_subset(self) -> tuple[Scenario, ...]:
        """Ten of them, one of each register, topics by turns: for what need not be asked fifty times."""
        rows = range(len(self.scenarios) // _TOPICS)
        return tuple(self.scenarios[row * _TOPICS + row % _TOPICS] for row in rows)

    def find(self, scenario_id: str) -> Scenario:
        """The scenario called so.

        Raises:
            KeyError: there is none in this set.
        """
        return {scenario.id: scenario for scenario in self.scenarios}[scenario_id]


@cache
def scenario_set() -> ScenarioSet:
    """The set in use."""
    content = json.loads((resources.files("fourfold.voice") / "data" / "scenarios.json").read_text(encoding="utf-8"))
    return ScenarioSet(
        content["version"], tuple(Scenario(given["id"], given["text"]) for given in content["scenarios"])
    )
