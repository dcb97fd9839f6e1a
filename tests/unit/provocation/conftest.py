"""The jobs' tables and persona."""

from __future__ import annotations

from tests.unit.jobs.conftest import bench

__all__ = ["bench"]
