"""The fifty scenarios of a fingerprint: a grid of ten registers by five topics, in data/scenarios.json.

Averaging over registers and topics leaves the voice. A scenario has one text per language; a persona whose language has
no text is asked in English. Any change of a text or of the grid needs a new version, because fingerprints of different
scenario sets are not comparable; a variant that replaces texts has a version of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fourfold.config.variant import Variant, texts_hash
from fourfold.scenario_names import TOPICS


@dataclass(frozen=True, slots=True)
class Scenario:
    """One message to the persona. `id` is `<register>.<topic>`; `texts` are keyed by language."""

    id: str
    texts: dict[str, str]

    @property
    def register(self) -> str:
        """The kind of conversation, such as `comfort`."""
        return self.id.partition(".")[0]

    @property
    def topic(self) -> str:
        """The subject, such as `money`."""
        return self.id.partition(".")[2]

    def text(self, language: str | None) -> str:
        """The text for a persona's `language` (BCP 47, such as `tr-TR`); English if there is none."""
        primary = (language or "en").partition("-")[0]
        return self.texts.get(primary, self.texts["en"])


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """All scenarios of one version, in the order they are asked."""

    version: str
    scenarios: tuple[Scenario, ...]

    def baseline_subset(self) -> tuple[Scenario, ...]:
        """Ten scenarios, one per register with rotating topics: enough for the assistant baseline."""
        columns = len(TOPICS)
        rows = range(len(self.scenarios) // columns)
        return tuple(self.scenarios[row * columns + row % columns] for row in rows)

    def find(self, scenario_id: str) -> Scenario:
        """The scenario with this id.

        Raises:
            KeyError: the set has no such scenario.
        """
        return {scenario.id: scenario for scenario in self.scenarios}[scenario_id]


@cache
def shipped_scenarios() -> ScenarioSet:
    """The shipped scenario set, read once per process."""
    content = json.loads((resources.files("fourfold.voice") / "data" / "scenarios.json").read_text(encoding="utf-8"))
    return ScenarioSet(
        content["version"], tuple(Scenario(given["id"], given["text"]) for given in content["scenarios"])
    )


def scenario_set(variant: Variant) -> ScenarioSet:
    """The scenario set of a variant: the shipped one, or one with the variant's messages, in all languages.

    The version of the latter is the shipped version and a hash of the messages that it replaces (`1+var_...`): tasks of
    the same variant make no difference.
    """
    shipped, texts = shipped_scenarios(), variant.scenario_texts
    if not texts:
        return shipped
    replaced = (Scenario(one.id, {"en": texts[one.id]}) if one.id in texts else one for one in shipped.scenarios)
    return ScenarioSet(f"{shipped.version}+{texts_hash(texts)}", tuple(replaced))
