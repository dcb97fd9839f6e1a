"""The provocation suite: tests as data, run against a persona, judged by oracles and models."""
