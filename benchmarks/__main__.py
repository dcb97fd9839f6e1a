"""`python -m benchmarks`: every measurement that takes a few minutes at most.

The longer ones are run one by one: `-m benchmarks.fresh_clone` (a clone, its demo and its gate), `-m benchmarks.gate`
(the gate by part, cold and warm), `-m benchmarks.bill` (what each preset costs), `-m benchmarks.schemathesis_run` (six
minutes) and `-m benchmarks.webhooks` (ten minutes).
"""

from benchmarks import api_reads, config, imports, latency, progress, providers, provocation, runs, start

for measurement in (api_reads, config, imports, start, runs, progress, latency, providers, provocation):
    measurement.measure().publish()
