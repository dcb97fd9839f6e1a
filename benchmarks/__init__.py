"""Measurements: each module prints a table and writes benchmarks/results/<name>.json. They are not tests."""
