"""What a function may touch: environment variables, and the IAM grants for what they name.

A construct states the access of its own functions. It is put together from parts: `Table.access`, `model_access`,
`settings_access` and the functions below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Acknowledgment
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs


@dataclass(frozen=True, slots=True)
class Grant:
    """IAM actions on exactly one resource (an ARN), never on `*`."""

    actions: Sequence[str]
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Environment variables and grants that belong together.

    `acknowledgements` are the cdk-nag findings that the grants raise and that are accepted.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    grants: Sequence[Grant] = ()
    acknowledgements: Sequence[Acknowledgment] = ()


def merged(*parts: Access) -> Access:
    """All environment variables, grants and acknowledgements of `parts`."""
    return Access(
        environment={name: value for part in parts for name, value in part.environment.items()},
        grants=[grant for part in parts for grant in part.grants],
        acknowledgements=[finding for part in parts for finding in part.acknowledgements],
    )


def send_messages(variable: str, queue: sqs.IQueue) -> Access:
    """The right to send to `queue`, whose URL is in the environment variable `variable`."""
    return Access(
        environment={variable: queue.queue_url},
        grants=[Grant(("sqs:SendMessage",), queue.queue_arn)],
    )


def put_events(bus: events.IEventBus) -> Access:
    """The right to publish on the event bus."""
    return Access(
        environment={"FOURFOLD_EVENT_BUS": bus.event_bus_name},
        grants=[Grant(("events:PutEvents",), bus.event_bus_arn)],
    )


def use_key(variable: str, key: kms.IKey, *actions: str) -> Access:
    """The right to these actions (`"Encrypt"`) with `key`, whose ARN is in the environment variable `variable`."""
    return Access(
        environment={variable: key.key_arn},
        grants=[Grant(tuple(f"kms:{action}" for action in actions), key.key_arn)],
    )
