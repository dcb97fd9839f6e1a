"""A persona with its versions in memory, behind the port of `fourfold.personas.storing`."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from fourfold.layer_edits import LayerEdits
from fourfold.persona import Audit, Persona, PersonaStatus
from fourfold.persona_versions import Change, PersonaVersion, version_of
from fourfold.pipeline.state import DraftBasis
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from tests.builders import AUDIT, BRIEF, MASK, SELF, SOUL, START, SURFACE

PERSONA_ID = "per_01kaqf0c5v3y9m2t8z4n6r1w7a"
RUN_ID = "run_01kaqf0c5v3y9m2t8z4n6r1w7b"


def persona(**changes: Any) -> Persona:
    """An audited persona, version 1."""
    audit = Audit(overall=4.1, scores=AUDIT["scores"], attempt=1, judge="scripted:1")
    values = {"soul": SOUL["soul"], "self": SELF["self"], "mask": MASK["mask"], "surface": SURFACE["surface"]}
    given = {"status": PersonaStatus.ACTIVE, "language": "tr", "audit": audit, "run_id": RUN_ID, "config_hash": "cfg_1"}
    dates = {"created_at": START, "updated_at": START}
    return Persona.model_validate(
        {"id": PERSONA_ID, "workspace_id": "ws_one", "intent": BRIEF, **values, **given, **dates, **changes}
    )


@dataclass
class OnePersona:
    """Holds one persona and its versions as JSON text, as the table does."""

    doc: str
    versions: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, first: Persona) -> OnePersona:
        return cls(first.model_dump_json(), {1: version_of(first, Change.GENERATED).model_dump_json()})

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:  # noqa: ARG002 - the port's
        return StoredPersona(Persona.model_validate_json(self.doc), self.doc)

    def basis_of(self, persona: Persona) -> DraftBasis | None:  # noqa: ARG002
        return None

    def version(self, workspace_id: str, persona_id: str, version: int) -> PersonaVersion | None:  # noqa: ARG002
        text = self.versions.get(version)
        return None if text is None else PersonaVersion.model_validate_json(text)

    def replace(self, stored: StoredPersona, version: PersonaVersion, entry: dict[str, Any]) -> None:  # noqa: ARG002
        if stored.doc != self.doc or version.version in self.versions:
            raise ConcurrentChangeError
        self.doc = version.persona.model_dump_json()
        self.versions[version.version] = version.model_dump_json()


def chance(seed: int) -> random.Random:
    """Choices that are the same for a seed."""
    return random.Random(seed)  # noqa: S311 - a test's choices


def random_edit(picks: random.Random) -> LayerEdits:
    """Edits of one to four fields of any layers, with texts in several scripts."""
    text = "".join(picks.choices("abc é𐍈わ\u200d\"\\'\n,.", k=picks.randint(1, 60))) + "x"
    line = text.replace("\n", " ")
    pool: list[dict[str, Any]] = [
        {"soul": {picks.choice(["desire", "fear", "wound", "growth_arc"]): text}},
        {"self": {"big_five": {picks.choice(["openness", "extraversion"]): picks.random()}}},
        {"self": {"values": picks.sample(["face", "humility", "tradition", "hedonism"], 3)}},
        {"mask": {"register": picks.choice(["formal", "casual", "frozen"])}},
        {"mask": {"vocabulary": [line, "b", "c"]}},
        {"surface": {"name": line, "age": picks.randint(0, 120)}},
    ]
    edits: dict[str, Any] = {}
    for each in picks.sample(pool, picks.randint(1, 4)):
        for layer, fields in each.items():
            edits[layer] = {**edits.get(layer, {}), **fields}
    return LayerEdits.model_validate(edits)
