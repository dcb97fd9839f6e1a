"""Compiles byte code for Lambda's Python on a machine with any Python (decision 37)."""
