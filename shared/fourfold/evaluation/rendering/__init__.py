"""The report of an evaluation as Markdown, JUnit XML and one HTML page. All texts of callers are escaped."""

from __future__ import annotations

from fourfold.evaluation.rendering.junit import junit
from fourfold.evaluation.rendering.markdown import markdown
from fourfold.evaluation.rendering.page import html

__all__ = ["html", "junit", "markdown"]
