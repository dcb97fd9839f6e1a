"""The report of a measurement: medians with their spread, the machine, a table and a JSON file."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass
class Report:
    """Rows of one measurement. Times are in milliseconds."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def timing(self, what: str, times_ms: Sequence[float], note: str = "") -> float:
        """Adds the median, the spread and the count of `times_ms`; returns the median."""
        ordered = sorted(times_ms)
        median = statistics.median(ordered)
        self.rows.append(
            {
                "what": what,
                "median_ms": round(median, 1),
                "min_ms": round(ordered[0], 1),
                "max_ms": round(ordered[-1], 1),
                "runs": len(ordered),
                "note": note,
            }
        )
        return median

    def figure(self, what: str, value: float, unit: str, note: str = "") -> None:
        """Adds one figure that is not a series of times."""
        self.rows.append({"what": what, "value": round(value, 5), "unit": unit, "note": note})

    def outcome(self, case: str, who: str, lasting: str, passing: str) -> None:
        """Adds the two results of a case."""
        self.rows.append({"what": case, "who": who, "lasting": lasting, "passing": passing})

    def publish(self) -> None:
        """Prints the table and writes the JSON."""
        self.show()
        RESULTS.mkdir(exist_ok=True)
        body = {"name": self.name, "at": datetime.now(UTC).isoformat(), "machine": machine(), "rows": self.rows}
        (RESULTS / f"{self.name}.json").write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")

    def show(self) -> None:
        """Prints the table."""
        table = Table("what", "median", "min - max", "runs", "note", title=f"{self.name} ({machine()['cpu']})")
        for row in self.rows:
            if "who" in row:
                table.add_row(row["what"], row["who"], row["lasting"], "", row["passing"])
            elif "median_ms" in row:
                spread = f"{row['min_ms']} - {row['max_ms']}"
                table.add_row(row["what"], f"{row['median_ms']} ms", spread, str(row["runs"]), row["note"])
            else:
                table.add_row(row["what"], f"{row['value']} {row['unit']}", "", "", row["note"])
        Console().print(table)


def machine() -> dict[str, Any]:
    """The machine of the measurement."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_1m": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
