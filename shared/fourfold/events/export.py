"""Writes the JSON Schema of every bus event into a folder, and the samples of that folder into fourfold.events.

`python -m fourfold.events.export events/bus`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.samples import SAMPLES
from fourfold.events.schema import detail_schema


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for event_type in EVENT_TYPES:
        _write(folder / f"{event_type.detail_type}.schema.json", detail_schema(event_type))
    paths = {event_type.detail_type: folder / f"{event_type.detail_type}.json" for event_type in EVENT_TYPES}
    _write(
        SAMPLES, {name: json.loads(path.read_text(encoding="utf-8"))["detail"]["data"] for name, path in paths.items()}
    )
