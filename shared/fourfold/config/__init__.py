"""The settings: keys, scopes, locks, commits, and the effective values that a run is pinned to."""
