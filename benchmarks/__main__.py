"""`python -m benchmarks`: every measurement but the fresh clone, which takes minutes (`-m benchmarks.fresh_clone`)."""

from benchmarks import imports, latency, prompts, providers, provocation, runs, start

for measurement in (imports, start, runs, prompts, latency, providers, provocation):
    measurement.measure().publish()
