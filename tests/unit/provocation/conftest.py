"""The jobs' tables and persona."""

from __future__ import annotations

from tests.unit.jobs.conftest import _tables, bench

__all__ = ["_tables", "bench"]
