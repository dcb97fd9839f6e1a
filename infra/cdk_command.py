"""The CDK CLI of the virtual environment, and the context values that a command passes to it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence

from infra.settings import CONTEXT

Cdk = Callable[[Sequence[str]], int]
"""Runs the CDK CLI with arguments; returns its exit status."""


def cdk(arguments: Sequence[str]) -> int:
    """Runs the CDK CLI in this terminal, so that it can ask; returns its exit status."""
    return subprocess.run(["cdk", *arguments], check=False).returncode  # noqa: S607 - the virtual environment's


def context_of(options: Sequence[str]) -> dict[str, str]:
    """The context values of `-c name=value ...`; an empty value is as none.

    Raises:
        ValueError: something else than `-c name=value`, or a name that the app does not know.
    """
    flags, pairs = options[::2], options[1::2]
    if len(flags) != len(pairs) or any(flag != "-c" for flag in flags):
        raise ValueError(f"expected -c name=value ..., not {' '.join(options)}")
    values = {name: value for name, _, value in (pair.partition("=") for pair in pairs) if value}
    if unknown := values.keys() - set(CONTEXT):
        raise ValueError(f"unknown context {min(unknown)!r}: choose of {', '.join(CONTEXT)}")
    return values


def with_context(stage: str, values: Mapping[str, str]) -> list[str]:
    """`-c stage=<stage> -c name=value ...`."""
    pairs = {"stage": stage, **values}
    return [part for name, value in pairs.items() for part in ("-c", f"{name}={value}")]
