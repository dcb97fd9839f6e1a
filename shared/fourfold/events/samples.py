"""A sample of the `data` of each event type, as in events/bus/<type>.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

SAMPLES: Final = Path(__file__).with_suffix(".json")


def sample_data(event_type: str) -> dict[str, Any]:
    """Returns the sample of a type of the catalogue. Its ids are examples, and its times are those of the sample.

    Raises:
        KeyError: not a type of the catalogue.
    """
    found: dict[str, Any] = json.loads(SAMPLES.read_text(encoding="utf-8"))[event_type]
    return found
