"""Dispatches scheduled deliveries: makes at most one attempt, records it, and schedules what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from fourfold.config.api import WebhooksConfig
from fourfold.events.envelope import bus_entry
from fourfold.events.webhooks import WebhookEndpointDisabled
from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery, DeliveryStatus
from fourfold.webhooks.endpoint import Endpoint
from fourfold.webhooks.queues import HEALTHY_MS, Lane, ScheduledDelivery, lane_of
from fourfold.webhooks.retry_schedule import delay_before_next
from fourfold.webhooks.sealing import SecretSealer, opened
from fourfold.webhooks.sender import AttemptOutcome, Sender
from fourfold.webhooks.signing import signed_headers
from fourfold.webhooks.store import WebhookStore

_GONE: Final = 410
# Time of an attempt beyond the receiver's timeout: DNS lookup and writes.
_CLAIM_MARGIN: Final = timedelta(seconds=15)
# Further ahead of this clock than any right clock is.
_AHEAD: Final = timedelta(seconds=15)


@dataclass(frozen=True)
class Retry:
    """Queue the delivery again, in this lane, after `wait`."""

    lane: Lane
    wait: timedelta


@dataclass(frozen=True)
class Done:
    """The queue message is processed. `dead` is set if the delivery failed for good."""

    dead: DeadReason | None = None


@dataclass(frozen=True)
class Dispatcher:
    """Dispatches scheduled deliveries."""

    store: WebhookStore
    sender: Sender
    sealer: SecretSealer
    config_of: Callable[[str], WebhooksConfig]
    clock: Callable[[], datetime]

    def dispatch(self, scheduled: ScheduledDelivery, lane: Lane) -> Retry | Done:
        """Makes the due attempt of a delivery, if there is one.

        Raises:
            Exception: a storage error; the queue redelivers the message.
        """
        if scheduled.revive:
            self.store.requeue(scheduled.endpoint_id, scheduled.delivery_id, self.clock())
        endpoint = self.store.endpoint(scheduled.workspace_id, scheduled.endpoint_id)
        if endpoint is None or not endpoint.enabled:
            reason: DeadReason = "endpoint_deleted" if endpoint is None else "endpoint_disabled"
            if self.store.mark_dead(scheduled.endpoint_id, scheduled.delivery_id, reason, self.clock()):
                return Done(dead=reason)
            return _check_later(self._known(scheduled), self.clock())
        # An endpoint may have become slow since the message was queued.
        if lane is Lane.FAST and lane_of(endpoint) is Lane.SLOW:
            return Retry(Lane.SLOW, timedelta())
        config, now = self.config_of(scheduled.workspace_id), self.clock()
        until = now + timedelta(seconds=config.timeout_s) + _CLAIM_MARGIN
        delivery = self.store.claim(scheduled.endpoint_id, scheduled.delivery_id, now, until)
        if delivery is None:
            known = self._known(scheduled)
            if known is not None and known.changed_at > now + _AHEAD:
                # Its times are of a clock that was ahead and has been set right since.
                delivery = self.store.claim(known.endpoint_id, known.id, now, until, due_by=known.due_at)
            if delivery is None:
                return _check_later(known, now)
        return self._attempt(endpoint, delivery, config)

    def _known(self, scheduled: ScheduledDelivery) -> Delivery | None:
        return self.store.delivery(scheduled.endpoint_id, scheduled.delivery_id)

    def _attempt(self, endpoint: Endpoint, delivery: Delivery, config: WebhooksConfig) -> Retry | Done:
        started = self.clock()
        body = delivery.body.encode()
        secrets = opened(endpoint, self.sealer).signing_secrets(started)
        headers = signed_headers(delivery.event_id, started, body, secrets)
        outcome = self.sender.send(endpoint.url, headers, body, config.timeout_s)
        attempt = Attempt(
            at=started, result=outcome.result, status_code=outcome.status_code, latency_ms=outcome.latency_ms
        )
        if outcome.result == "delivered":
            self.store.record(delivery, attempt)
            self._note_success(endpoint, outcome)
            return Done()
        if outcome.status_code == _GONE:
            self.store.record(delivery, attempt, dead="endpoint_gone")
            self._disable(endpoint, delivery, "gone")
            return Done(dead="endpoint_gone")
        now = self.clock()
        wait = delay_before_next(delivery.tries + 1, config.retry.delays_s, outcome.retry_after_s)
        if wait is None:
            self.store.record(delivery, attempt, dead="attempts_exhausted")
        else:
            self.store.record(delivery, attempt, due_at=now + wait)
        self._note_failure(endpoint, delivery, config, started)
        return Done(dead="attempts_exhausted") if wait is None else Retry(Lane.SLOW, wait)

    def _note_success(self, endpoint: Endpoint, outcome: AttemptOutcome) -> None:
        healthy = outcome.latency_ms <= HEALTHY_MS
        # An endpoint that stays healthy costs no write.
        if healthy != endpoint.healthy or endpoint.failing_since is not None:
            self.store.record_health(endpoint, healthy=healthy, failing_since=None)

    def _note_failure(self, endpoint: Endpoint, delivery: Delivery, config: WebhooksConfig, started: datetime) -> None:
        since = endpoint.failing_since
        if since is None or endpoint.healthy:
            self.store.record_health(endpoint, healthy=False, failing_since=since or started)
        if since is not None and self.clock() - since >= timedelta(seconds=config.disable_after_s):
            self._disable(endpoint, delivery, "failing")

    def _disable(self, endpoint: Endpoint, delivery: Delivery, reason: Literal["gone", "failing"]) -> None:
        now = self.clock()
        event = WebhookEndpointDisabled(endpoint_id=endpoint.id, reason=reason, failing_since=endpoint.failing_since)
        entry = bus_entry(event, workspace_id=endpoint.workspace_id, correlation_id=delivery.id, occurred_at=now)
        self.store.disable(endpoint, reason, now, entry)


def _check_later(known: Delivery | None, now: datetime) -> Retry | Done:
    """Checks later if the delivery is not due yet or another worker attempts it, in case that worker dies."""
    if known is None or known.status is not DeliveryStatus.PENDING:
        return Done()
    return Retry(Lane.SLOW, max(known.due_at, known.busy_until or known.due_at, now + timedelta(seconds=1)) - now)
