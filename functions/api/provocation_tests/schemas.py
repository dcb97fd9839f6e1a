"""What the routes of provocation tests take and answer with."""

from __future__ import annotations

from pydantic import BaseModel

from fourfold.provocation.workspace_tests import Available


class TestSwitch(BaseModel):
    """Whether a test is run in this workspace."""

    model_config = {"extra": "forbid", "strict": True}

    enabled: bool


class TestList(BaseModel):
    """The tests of the workspace: those shipped, then its own."""

    data: tuple[Available, ...]
    catalog_version: str
    content_hash: str
