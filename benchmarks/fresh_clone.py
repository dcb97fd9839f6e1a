"""The waiting time of a newcomer: a clone of HEAD into an empty folder, `make demo`, again, and `make test`.

Packages come from the index or from uv's cache; the note of each row says which.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report

REPOSITORY = Path(__file__).parents[1]


def measure() -> Report:
    """A clone with an empty uv cache, one with a full cache, and the gate. Takes several minutes."""
    report = Report("fresh_clone")
    with tempfile.TemporaryDirectory(prefix="fourfold-clone-") as folder:
        cache = {**os.environ, "UV_CACHE_DIR": str(Path(folder) / "uv-cache")}
        clone = Path(folder) / "first"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
        report.timing("make demo, fresh clone", [_make("demo", clone, cache)], "empty package cache")
        report.timing("make demo, again", [_make("demo", clone, cache)], "everything kept")
        second = Path(folder) / "second"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(second)], check=True)
        report.timing("make demo, second clone", [_make("demo", second, cache)], "full package cache")
        report.timing("make test", [_make("test", second, cache)])
    return report


def _make(target: str, folder: Path, environment: dict[str, str]) -> float:
    own = {name: value for name, value in environment.items() if not name.startswith(("FOURFOLD_", "VIRTUAL_ENV"))}
    began = time.perf_counter()
    subprocess.run(["make", target], cwd=folder, env=own, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    measure().publish()
