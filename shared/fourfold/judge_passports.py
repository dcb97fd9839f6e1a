"""What is known of a judge: how often it agrees with labels. Each figure has its number of labels and its interval."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue, TypeAdapter

from fourfold.persona import Document

# Landis and Koch (1977) call 0.61 and more substantial agreement. The whole interval must lie above it.
VERIFIED_ABOVE: Final = 0.6
SHIPPED: Final = Path(__file__).with_name("judge_passports.json")


class Figure(Document):
    """An estimate with its 95 % interval, from `n` observations."""

    value: float
    low: float
    high: float
    n: Annotated[int, Field(ge=1)]


class JudgePassport(Document):
    """The measured quality of one judge with one prompt and one set of settings. A null figure was not measured.

    `kind` is `audit` for documents and `suite` for transcripts. `version` is the content hash of the judge's prompt.
    `labels` names the label set. `sensitivity` is the share of flawed ones that the judge flags, `specificity` the
    share of sound ones that it does not flag, `retest` the share with an equal verdict in a second measurement.
    `cohort_gap` is the mean absolute difference of the overall score (0-5) between documents that differ only in
    gender, culture or age. `verified`: the interval of kappa lies above 0.6.
    """

    kind: Literal["audit", "suite"]
    judge: str
    version: str | None
    settings: Annotated[dict[str, JsonValue], Field(default_factory=dict)]
    labels: str
    kappa: Figure | None = None
    sensitivity: Figure | None = None
    specificity: Figure | None = None
    retest: Figure | None = None
    cohort_gap: Annotated[dict[str, Figure], Field(default_factory=dict)]
    measured_at: datetime | None = None
    verified: bool = False


def verified(kappa: Figure | None) -> bool:
    """Whether a judge with this kappa is called verified."""
    return kappa is not None and kappa.low > VERIFIED_ABOVE


@cache
def shipped_passports() -> tuple[JudgePassport, ...]:
    """The passports measured on the shipped label set."""
    return TypeAdapter(tuple[JudgePassport, ...]).validate_json(SHIPPED.read_bytes())


def is_verified(judge: str, version: str | None) -> bool:
    """Whether the judge, `provider:model`, has a verified passport for this version of its prompt."""
    return any(each.verified and (each.judge, each.version) == (judge, version) for each in shipped_passports())
