"""A workspace's own labels: what a person says of a document or of a test's transcript, beside the judge's verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from fourfold.ids import PersonaId, RunId
from fourfold.judge_passports import JudgePassport, verified
from fourfold.judges.agreement import kappa, share
from fourfold.persona import Document

MOST_LABELS: Final = 200
MOST_SETS: Final = 10
SetName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class DocumentLabel(Document):
    """Whether a person finds a version of a persona sound. Without `version`, the persona's current one."""

    kind: Literal["document"]
    persona_id: PersonaId
    version: Annotated[int, Field(ge=1)] | None = None
    verdict: Literal["sound", "flawed"]

    @property
    def flawed(self) -> bool:
        """Whether the label says that the document is flawed."""
        return self.verdict == "flawed"

    @property
    def about(self) -> tuple[str, ...]:
        """What the label is about; two labels of a set may not be about the same."""
        return (self.persona_id, str(self.version or ""))


class TranscriptLabel(Document):
    """Whether a person passes the transcript of one test in a run of the suite."""

    kind: Literal["transcript"]
    persona_id: PersonaId
    run_id: RunId
    test_id: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    verdict: Literal["pass", "fail"]

    @property
    def flawed(self) -> bool:
        """Whether the label says that the transcript fails."""
        return self.verdict == "fail"

    @property
    def about(self) -> tuple[str, ...]:
        """What the label is about; two labels of a set may not be about the same."""
        return (self.persona_id, self.run_id, self.test_id)


Label = Annotated[DocumentLabel | TranscriptLabel, Field(discriminator="kind")]


class JudgedLabel(Document):
    """A label, and the judge's verdict on the same: `flagged` is null where the judge gave none."""

    label: Label
    judge: str
    judge_version: str | None
    flagged: bool | None


class StoredLabelSet(Document):
    """A workspace's label set, as it was stored."""

    name: SetName
    labels: tuple[JudgedLabel, ...]
    updated_at: datetime


def one_class(labels: Sequence[DocumentLabel | TranscriptLabel]) -> tuple[str, ...]:
    """The kinds of labels of which the set has one class only: no kappa can be computed from them."""
    kinds = dict.fromkeys(label.kind for label in labels)
    return tuple(kind for kind in kinds if len({label.flawed for label in labels if label.kind == kind}) == 1)


def label_passports(stored: StoredLabelSet) -> tuple[JudgePassport, ...]:
    """A passport for each judge whose verdicts the set has. No verdict counts as a wrong one."""
    groups: dict[tuple[str, str, str | None], list[JudgedLabel]] = {}
    for judged in stored.labels:
        groups.setdefault((judged.label.kind, judged.judge, judged.judge_version), []).append(judged)
    return tuple(
        _passport("audit" if kind == "document" else "suite", judge, version, group, stored)
        for (kind, judge, version), group in groups.items()
    )


def _passport(
    kind: Literal["audit", "suite"],
    judge: str,
    version: str | None,
    group: Iterable[JudgedLabel],
    stored: StoredLabelSet,
) -> JudgePassport:
    pairs = [(each.label.flawed, (not each.label.flawed) if each.flagged is None else each.flagged) for each in group]
    agreement = kappa(pairs)
    flawed = [verdict for label, verdict in pairs if label]
    sound = [not verdict for label, verdict in pairs if not label]
    return JudgePassport(
        kind=kind,
        judge=judge,
        version=version,
        settings={},
        labels=f"set:{stored.name}",
        kappa=agreement,
        sensitivity=share(sum(flawed), len(flawed)),
        specificity=share(sum(sound), len(sound)),
        cohort_gap={},
        measured_at=stored.updated_at,
        verified=verified(agreement),
    )
