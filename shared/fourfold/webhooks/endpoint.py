"""A webhook endpoint: its URL, its events, its secrets and its health."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from fourfold.events.catalog import EVENT_TYPES
from fourfold.ids import new_endpoint_id
from fourfold.persona import Document
from fourfold.webhooks.signing import new_secret

EVERYTHING: Final = "*"
KNOWN_EVENTS: Final = tuple(sorted(event_type.detail_type for event_type in EVENT_TYPES))

DisabledReason = Literal["by_request", "gone", "failing"]


class SigningSecret(Document):
    """A signing secret. `expires_at` is set when a newer secret replaces it."""

    secret: str
    expires_at: datetime | None = None


class Endpoint(Document):
    """A stored endpoint. `secrets` are in order of age, the newest first.

    `failing_since` is the time of the first failure since the last success. `healthy` is whether the last attempt
    succeeded within a second.
    """

    id: str
    workspace_id: str
    url: str
    events: tuple[str, ...]
    description: str | None
    secrets: tuple[SigningSecret, ...]
    enabled: bool
    disabled_reason: DisabledReason | None
    failing_since: datetime | None
    healthy: bool
    version: int
    created_at: datetime
    updated_at: datetime

    def subscribes_to(self, event_type: str) -> bool:
        """Whether the endpoint is enabled and receives events of this type."""
        return self.enabled and (EVERYTHING in self.events or event_type in self.events)

    def signing_secrets(self, at: datetime) -> tuple[str, ...]:
        """Returns the secrets that are valid at this time."""
        return tuple(each.secret for each in self.secrets if each.expires_at is None or at < each.expires_at)

    def is_rotating(self, at: datetime) -> bool:
        """Whether an older secret is still valid."""
        return len(self.signing_secrets(at)) > 1

    def rotated(self, at: datetime, overlap: timedelta) -> Endpoint:
        """Returns a copy with a new secret. The previous one stays valid for `overlap`; older ones are removed."""
        before = self.secrets[0].model_copy(update={"expires_at": at + overlap})
        secrets = (SigningSecret(secret=new_secret()), before)
        return self.model_copy(update={"secrets": secrets, "updated_at": at})

    def turned_on(self, at: datetime) -> Endpoint:
        """Returns an enabled copy without failures."""
        return self.model_copy(
            update={"enabled": True, "disabled_reason": None, "failing_since": None, "updated_at": at}
        )

    def turned_off(self, at: datetime) -> Endpoint:
        """Returns a copy that its owner disabled."""
        return self.model_copy(update={"enabled": False, "disabled_reason": "by_request", "updated_at": at})


def new_endpoint(workspace_id: str, url: str, events: Iterable[str], description: str | None, at: datetime) -> Endpoint:
    """Returns a new, enabled endpoint with a new secret."""
    return Endpoint(
        id=new_endpoint_id(),
        workspace_id=workspace_id,
        url=url,
        events=tuple(dict.fromkeys(events)),
        description=description,
        secrets=(SigningSecret(secret=new_secret()),),
        enabled=True,
        disabled_reason=None,
        failing_since=None,
        healthy=False,
        version=1,
        created_at=at,
        updated_at=at,
    )
