"""Background jobs: the base of the voice fingerprint and the provocation suite.

A job is a run with its own kind and log. It processes items (scenarios, tests) and stores each result as a checkpoint.
Its worker may be killed and its message redelivered at any time: items with a checkpoint are not processed again.
"""
