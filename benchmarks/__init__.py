"""Measurements: each module prints a table and writes benchmarks/results/<name>.json. Never run as tests."""
