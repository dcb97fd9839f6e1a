"""What the engine must not lose, in one SQLite file: table items, stream records, queue messages and executions."""
