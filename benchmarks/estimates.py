"""How far estimates are from the meter's bill: 20 briefs of the label set with each provider's preset.

A difference is of the estimate's `low` against the bill without thinking.
"""

from __future__ import annotations

import json
from importlib.resources import files

from benchmarks.bill import metering
from benchmarks.bill_work import Work, suite_plan
from benchmarks.report import Report
from fourfold.config.presets import default_config
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.generation import estimate_generation
from fourfold.estimates.jobs import estimate_fingerprint, estimate_suite
from fourfold.voice.scenarios import shipped_scenarios
from tests.providers.meter import Billed, Meter

PRESETS = ("anthropic", "anthropic-current", "openai", "google")
_BRIEFS = 20


def briefs(count: int = _BRIEFS) -> list[str]:
    """The first briefs of the label set."""
    bases = json.loads((files("fourfold.judges") / "data" / "documents.json").read_text())["bases"]
    return [str(base["brief"]) for base in bases][:count]


def off_by(estimate: Estimate, bill: list[Billed]) -> float:
    """The estimate's `low` against the bill without thinking and without cache, as a share of the bill."""
    billed = sum(call.usd - call.thinking_usd for call in bill)
    return (estimate.usd.low or 0.0) / billed - 1


def measure() -> Report:
    """Takes about a minute."""
    report = Report("estimates")
    for name in PRESETS:
        config = default_config([name])
        errors = list[float]()
        with metering(Meter(self_caching=False)) as meter:
            for number, brief in enumerate(briefs()):
                work, began = Work(config), len(meter.bill)
                persona, _ = work.persona(brief)
                errors.append(off_by(estimate_generation(brief, config), meter.bill[began:]))
                if number == 0:
                    began = len(meter.bill)
                    work.fingerprint(persona)
                    difference = off_by(estimate_fingerprint(persona, config, shipped_scenarios()), meter.bill[began:])
                    report.figure(f"{name}: fingerprint", difference, "of the bill")
                    began = len(meter.bill)
                    work.suite(persona)
                    planned = estimate_suite(persona, config, suite_plan(config))
                    report.figure(f"{name}: suite", off_by(planned, meter.bill[began:]), "of the bill")
        furthest = max(errors, key=abs)
        report.figure(f"{name}: persona, mean of {len(errors)}", sum(errors) / len(errors), "of the bill")
        report.figure(f"{name}: persona, furthest", furthest, "of the bill", "at most 15 %")
    return report


if __name__ == "__main__":
    measure().publish()
