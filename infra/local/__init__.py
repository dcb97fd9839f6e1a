"""fourfold on a laptop: the synthesized CloudFormation template on an embedded AWS engine, without Docker.

`python -m infra.local up` serves, `python -m infra.local demo` makes one persona and stops;
`infra.local.stack.running_stack` is the context manager behind both. The engine is MiniStack (`engine`), served from a
thread on loopback; `bridges` lists what it lacks of AWS.
"""
