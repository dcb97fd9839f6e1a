"""The time a persona takes at the providers' published latencies, simulated and scaled, beside the single call.

The models are a loopback server: the real adapters call it, the offline composer answers, and each answer is delayed by
a time drawn from the published time to first token and tokens a second (modelstats.ai and others), times SCALE. The
figures are divided by SCALE. Answers are as long as the composer's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.briefs import SAMPLE_BRIEFS
from benchmarks.report import Report
from fourfold.config.presets import default_config
from fourfold.models import resolve
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.step import Step
from tests.builders import ALL_STEPS, new_state, stepped
from tests.providers.composer import Composer
from tests.providers.server import ProviderServer
from tests.providers.setting import reached_by_all

SCALE = 0.05
ROUNDS = 6
PROVIDERS = ("anthropic", "openai", "google")


def measure() -> Report:
    """Thirty personas for each provider, each brief by both methods in turn; takes about three minutes."""
    report = Report("latency")
    with ProviderServer(Composer(), scale=SCALE, seed=1) as server, reached_by_all(server):
        for provider in PROVIDERS:
            _timed(provider, SAMPLE_BRIEFS[0], ALL_STEPS)  # creates the clients and loads the libraries
            six, single = list[float](), list[float]()
            for _ in range(ROUNDS):
                for brief in SAMPLE_BRIEFS:
                    six.append(_timed(provider, brief, ALL_STEPS))
                    single.append(_timed(provider, brief, [SINGLE_CALL, AUDIT]))
            careful = report.timing(f"{provider}: six steps", six, "simulated; published 30-90 s")
            naive = report.timing(f"{provider}: single call and audit", single, "simulated; the alternative")
            report.figure(f"{provider}: six steps / single call", careful / naive, "ratio")
    return report


def _timed(provider: str, brief: str, steps: Sequence[Step]) -> float:  # type: ignore[type-arg]
    """Milliseconds of one attempt, unscaled."""
    state = new_state(brief, default_config([provider]))
    began = time.perf_counter()
    for step in steps:
        models = [resolve(name) for name in state.config.pipeline.of(step.name).chain]
        state = stepped(step, state.reset_for(step.name), *models).state
    return (time.perf_counter() - began) * 1000 / SCALE


if __name__ == "__main__":
    measure().publish()
