"""Request and reply models of the routes of judges and labels."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fourfold.judge_passports import JudgePassport
from fourfold.judges.labels import MOST_LABELS, Label, StoredLabelSet

JUDGE_ID = r"^jdg_[0-9a-f]{16}$"


class JudgeDocument(JudgePassport):
    """A judge's passport. The id is that of its kind, model, prompt, settings and label set."""

    id: Annotated[str, Field(pattern=JUDGE_ID)]

    @classmethod
    def of(cls, passport: JudgePassport) -> JudgeDocument:
        """The passport with its id."""
        identity = [passport.kind, passport.judge, passport.version, passport.settings, passport.labels]
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        return cls(id=f"jdg_{digest[:16]}", **passport.model_dump())


class JudgeList(BaseModel):
    """The judges of the workspace's settings, and all others with a passport."""

    data: tuple[JudgeDocument, ...]


class LabelSetRequest(BaseModel):
    """The labels of a set. Labels of documents, and those of transcripts, need both classes."""

    model_config = ConfigDict(extra="forbid")

    labels: Annotated[tuple[Label, ...], Field(min_length=2, max_length=MOST_LABELS)]


class LabelSetDocument(StoredLabelSet):
    """A label set, with the judge's verdict beside each label, and the passports that follow from it."""

    passports: tuple[JudgeDocument, ...]


class LabelSetList(BaseModel):
    """The label sets of the workspace."""

    data: tuple[LabelSetDocument, ...]
