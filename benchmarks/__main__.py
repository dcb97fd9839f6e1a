"""`python -m benchmarks`: every measurement but the fresh clone, which takes minutes (`-m benchmarks.fresh_clone`),
schemathesis, which takes six (`-m benchmarks.schemathesis_run`), and webhooks in trouble, which takes ten
(`-m benchmarks.webhooks`).
"""

from benchmarks import api_reads, config, imports, latency, progress, prompts, providers, provocation, runs, start

for measurement in (api_reads, config, imports, start, runs, progress, prompts, latency, providers, provocation):
    measurement.measure().publish()
