"""Progress: one ordered event log per run, and its delivery to connected clients."""
