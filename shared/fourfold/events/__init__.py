"""What the bus carries: one model for each detail type, in one envelope."""
