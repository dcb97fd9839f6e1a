"""A finding of the deploy check, and the screen that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        level: `missing` stops the deployment, `note` and `ok` do not.
        subject: what was checked, in one or two words.
        text: what was found, on one line.
        remedy: the command or step that helps, on one line; empty: none is needed.
    """

    level: Literal["ok", "note", "missing"]
    subject: str
    text: str
    remedy: str = ""


def screen(stage: str, findings: Sequence[Finding]) -> str:
    """The findings as text: a line for each, a second one for its remedy, and a conclusion."""
    lines = [f"Stage {stage}"]
    for finding in findings:
        lines.append(f"  {finding.level:<8} {finding.subject:<12} {finding.text}")
        if finding.remedy:
            lines.append(f"  {'':<8} {'':<12} -> {finding.remedy}")
    missing = sum(finding.level == "missing" for finding in findings)
    lines.append(f"Nothing was deployed: {missing} missing." if missing else "Nothing is missing.")
    return "\n".join(lines) + "\n"
