"""The five briefs that prompts and models are measured with."""

from __future__ import annotations

from pathlib import Path

SAMPLE_BRIEFS = tuple(Path(__file__).with_name("briefs.txt").read_text(encoding="utf-8").splitlines())
