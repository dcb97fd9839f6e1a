"""The root of the settings tree."""

from __future__ import annotations

from fourfold.config.api import ApiConfig
from fourfold.config.engine import EngineConfig
from fourfold.persona import Document


class Settings(Document):
    """All settings. A key is the path to a field, such as `engine.pipeline.soul_draft.model`."""

    engine: EngineConfig = EngineConfig()
    api: ApiConfig = ApiConfig()
