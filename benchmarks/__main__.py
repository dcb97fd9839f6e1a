"""`python -m benchmarks`: every measurement but the fresh clone, which takes minutes (`-m benchmarks.fresh_clone`),
and schemathesis, which takes six (`-m benchmarks.schemathesis_run`).
"""

from benchmarks import api_reads, imports, latency, prompts, providers, provocation, runs, start

for measurement in (api_reads, imports, start, runs, prompts, latency, providers, provocation):
    measurement.measure().publish()
