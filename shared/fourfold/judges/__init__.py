"""Judges measured: the label set, agreement with it, and the regression test against a stored baseline."""
