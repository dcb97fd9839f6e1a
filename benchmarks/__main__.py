"""`python -m benchmarks`: every measurement but the fresh clone, which takes minutes (`-m benchmarks.fresh_clone`),
and schemathesis, which takes six (`-m benchmarks.schemathesis_run`).
"""

from benchmarks import api_reads, imports, latency, prompts, providers, runs, start

for measurement in (api_reads, imports, start, runs, prompts, latency, providers):
    measurement.measure().publish()
