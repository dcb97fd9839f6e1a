"""Writes docs/openapi.json: `python -m functions.api.openapi.export`. A test checks that the file is current."""

from __future__ import annotations

from pathlib import Path

from functions.api.app import app
from functions.api.openapi.committed_text import committed_text

if __name__ == "__main__":
    Path("docs/openapi.json").write_text(committed_text(app.openapi()), encoding="utf-8")
