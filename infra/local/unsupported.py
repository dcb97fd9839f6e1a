"""Bridge: what the template has and MiniStack's CloudFormation refuses is left out of the local deployment.

Only watching is left out, never doing: an alarm over several metrics tells an operator of the real thing.
"""

from __future__ import annotations

import json
from typing import Any


def without_unsupported(template: str) -> str:
    """The template (JSON text) without its metric-math alarms."""
    document: dict[str, Any] = json.loads(template)
    document["Resources"] = {
        name: resource for name, resource in document["Resources"].items() if not _is_unsupported(resource)
    }
    return json.dumps(document)


def _is_unsupported(resource: dict[str, Any]) -> bool:
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
