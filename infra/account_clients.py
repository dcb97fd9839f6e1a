"""The boto3 clients of the account and region to deploy to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import boto3

Clients = Callable[[str], Any]
"""Makes the client of a service."""


def clients_of(session: boto3.Session) -> Clients:
    """The clients of a session."""
    return cast("Clients", session.client)
