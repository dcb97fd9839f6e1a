"""The JSON Schema (2020-12) of the `detail` of each event."""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from fourfold.events.envelope import EventData, Metadata
from fourfold.persona import Document


def detail_schema(event_type: type[EventData]) -> dict[str, Any]:
    """Returns the schema of the whole `detail` object, envelope included. Its title is the detail type."""
    detail = create_model(event_type.detail_type, __base__=Document, metadata=(Metadata, ...), data=(event_type, ...))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **detail.model_json_schema(mode="serialization"),
    }
