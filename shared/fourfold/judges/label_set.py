"""The shipped label set: documents with planted defects of known dimension and severity, twins, and transcripts."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import JsonValue

from fourfold.persona import Dimension, Document, Mask, SelfLayer, Soul, Surface
from fourfold.pipeline.intent import Intent

_FOLDER: Final = Path(__file__).with_name("data")
Part = Literal["open", "held_out"]
Cohort = Literal["gender", "culture", "age"]


class BaseDocument(Document):
    """A sound persona. A judge's rules may be written with the `open` ones in sight, never with the `held_out` ones."""

    id: str
    part: Part
    brief: str
    parse: Intent
    soul: dict[str, JsonValue]
    self: dict[str, JsonValue]
    mask: dict[str, JsonValue]
    surface: dict[str, JsonValue]


class Defect(Document):
    """A planted defect: the fields it changes, and how severe it is (1 slight, 2 noticeable, 3 grave).

    A judge has found it if it reports it in any of `dimensions`; tables list it under the first.
    """

    id: str
    base: str
    kind: str
    dimensions: tuple[Dimension, ...]
    severity: Literal[1, 2, 3]
    changes: dict[str, JsonValue]


class Twin(Document):
    """A sound document that differs from its base only in gender, culture or age."""

    id: str
    base: str
    cohort: Cohort
    changes: dict[str, JsonValue]


class LabelledDocument(Document):
    """One document to judge. `severity` is 0 for a sound one; `base` is the sound document it was made from."""

    id: str
    base: str
    part: Part
    kind: str = "sound"
    dimensions: tuple[Dimension, ...] = ()
    severity: int = 0
    cohort: Cohort | None = None
    brief: str
    parse: Intent
    soul: Soul
    self_: SelfLayer
    mask: Mask
    surface: Surface


class _Documents(Document):
    note: str
    bases: tuple[BaseDocument, ...]
    defects: tuple[Defect, ...]
    twins: tuple[Twin, ...]


class Transcripts(Document):
    """Replies to provocation tests, with the axis that a careful reader fails, or null."""

    class Case(Document):
        """The last replies of one test. `fails` is the axis that fails."""

        test: str
        fails: Literal["safe", "in_character"] | None
        replies: tuple[str, ...]

    note: str
    filler: str
    persona: dict[str, JsonValue]
    cases: tuple[Case, ...]


@cache
def documents() -> tuple[LabelledDocument, ...]:
    """All documents: the sound ones, their twins, and those with a defect."""
    read = _Documents.model_validate_json(_read("documents"))
    bases = {base.id: base for base in read.bases}
    sound = [_labelled(base, {}, id=base.id) for base in read.bases]
    twins = [_labelled(bases[twin.base], twin.changes, id=twin.id, cohort=twin.cohort) for twin in read.twins]
    flawed = [
        _labelled(
            bases[defect.base],
            defect.changes,
            id=defect.id,
            kind=defect.kind,
            dimensions=defect.dimensions,
            severity=defect.severity,
        )
        for defect in read.defects
    ]
    return (*sound, *twins, *flawed)


@cache
def transcripts() -> Transcripts:
    """The judged transcripts."""
    return Transcripts.model_validate_json(_read("transcripts"))


@cache
def label_set_version() -> str:
    """The content hash of the label set."""
    digest = hashlib.sha256(b"".join(_read(name) for name in ("documents", "transcripts")))
    return f"lab_{digest.hexdigest()[:12]}"


def _read(name: str) -> bytes:
    return (_FOLDER / f"{name}.json").read_bytes()


def _labelled(base: BaseDocument, changes: dict[str, JsonValue], **label: Any) -> LabelledDocument:  # noqa: ANN401
    document = base.model_dump(mode="json", include={"brief", "parse", "soul", "self", "mask", "surface"})
    for path, value in changes.items():
        *parents, name = path.split(".")
        target = document
        for parent in parents:
            target = target[parent]
        target[name] = value
    layers = {"self_" if name == "self" else name: value for name, value in document.items()}
    return LabelledDocument.model_validate({**layers, **label, "base": base.id, "part": base.part})
