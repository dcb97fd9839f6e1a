"""Request and reply models of the provocation test routes."""

from __future__ import annotations

from pydantic import BaseModel

from fourfold.provocation.workspace_tests import Available


class TestSwitch(BaseModel):
    """Whether the test is enabled in this workspace."""

    model_config = {"extra": "forbid", "strict": True}

    enabled: bool


class TestList(BaseModel):
    """The tests of the workspace: shipped tests first, then its own."""

    data: tuple[Available, ...]
    catalog_version: str
    content_hash: str
