"""Writes the JSON Schema of every bus event into a folder: `python -m fourfold.events.export events/bus`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.schema import detail_schema

if __name__ == "__main__":
    for event_type in EVENT_TYPES:
        text = json.dumps(detail_schema(event_type), indent=2, ensure_ascii=False) + "\n"
        Path(sys.argv[1], f"{event_type.detail_type}.schema.json").write_text(text, encoding="utf-8")
