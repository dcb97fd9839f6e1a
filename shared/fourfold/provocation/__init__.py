"""The provocation suite: tests as data, run against a persona, judged twice, reported with intervals."""
