"""Progress: one ordered event log for each run, and what can be read off it."""
