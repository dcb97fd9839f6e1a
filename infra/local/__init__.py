"""The laptop: the synthesized CloudFormation template on an embedded AWS engine, without Docker.

`python -m infra.local up` serves, `python -m infra.local demo` makes one persona and stops.
`infra.local.stack.running_stack` is the same thing as a context manager.
"""
