"""What drives a run: the effective configuration it is pinned to."""
