"""`python -m benchmarks`: every measurement but the fresh clone, which takes minutes (`-m benchmarks.fresh_clone`),
and webhooks in trouble, which takes ten (`-m benchmarks.webhooks`)."""

from benchmarks import imports, latency, progress, prompts, providers, runs, start

for measurement in (imports, start, runs, progress, prompts, latency, providers):
    measurement.measure().publish()
