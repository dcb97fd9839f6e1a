"""The state of a WebSocket subscription to run events: each event once and in order, also after a reconnection."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any, Final

from fourfold.client.errors import ApiConnectionError, ApiProblemError, problem_error
from fourfold.problem import problem

Target = dict[str, str | bool]
"""`{"run_id": ...}`, `{"persona_id": ...}` or `{"workspace": True}`."""

PING: Final = '{"action": "ping"}'
# After this silence a client sends a ping; after twice as long the connection is broken.
SILENCE_S: Final = 30.0
REFUSALS: Final = frozenset({401, 403, 429})
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 15.0
# A follower of a workspace meets any number of runs; it knows the newest ones.
_KNOWN_RUNS: Final = 10_000
# Maximum number of runs in the `after` of a subscription.
_NAMED_RUNS: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class BrokenConnectionError(ApiConnectionError):
    """The connection is not usable any more; connect again."""


class Subscription:
    """What to send on each connection, and which of the received messages are new events."""

    def __init__(self, targets: Sequence[Target]) -> None:
        """`targets`: at least one."""
        self._targets = targets
        self._named = {target["run_id"] for target in targets if "run_id" in target}
        self._last_seq: dict[str, int] = {}
        self._ended: set[str] = set()

    def has_ended(self) -> bool:
        """Whether all runs it names have ended; a subscription to a persona or the workspace does not end."""
        return all(target.get("run_id") in self._ended for target in self._targets)

    def requests(self) -> list[str]:
        """The messages to send when connected."""
        return [
            json.dumps({"action": "subscribe", **target, "after": self._after(target)})
            for target in self._targets
            if target.get("run_id") not in self._ended
        ]

    def new_event(self, text: str | bytes) -> dict[str, Any] | None:
        """The event in a message, unless it is none or was received before.

        Raises:
            ApiProblemError: the server refused a subscription.
            BrokenConnectionError: the server failed.
        """
        message: dict[str, Any] = json.loads(text)
        if message.get("type") == "error":
            if message["problem"]["status"] >= _SERVER_ERROR:
                raise BrokenConnectionError("The server failed.")
            raise problem_error(message["problem"])
        if "seq" not in message:
            if "type" not in message:  # sent by API Gateway because its integration failed
                raise BrokenConnectionError("The server failed.")
            return None
        run_id = message["run_id"]
        if message["seq"] <= self._last_seq.get(run_id, 0):
            return None
        # The most recent runs are last: these are named in `after` when reconnecting.
        self._last_seq.pop(run_id, None)
        self._last_seq[run_id] = message["seq"]
        if len(self._last_seq) > _KNOWN_RUNS + len(self._named):
            del self._last_seq[next(known for known in self._last_seq if known not in self._named)]
        if run_id in self._named and is_end(message):
            self._ended.add(run_id)
        return message

    def _after(self, target: Target) -> int | dict[str, int]:
        if "run_id" in target:
            return self._last_seq.get(str(target["run_id"]), 0)
        return dict(list(self._last_seq.items())[-_NAMED_RUNS:])


def is_end(event: dict[str, Any]) -> bool:
    """Whether the event is the last one of a run, of any kind, also of kinds that a newer API has."""
    kind, _, what = event["type"].partition(".")
    return kind != "step" and what in {"completed", "failed"}


def refused_handshake(status: int) -> ApiProblemError:
    """The error of a connection that the WebSocket API refuses with one of `REFUSALS`."""
    if status == _TOO_MANY:
        detail = "Close a connection of this workspace, or raise api.limits.connections."
        return ApiProblemError(problem("too_many_connections", "Too many connections", _TOO_MANY, detail))
    detail = "Use a key with the scope personas:read."
    return ApiProblemError(problem("insufficient_scope", "The API key cannot follow runs", 403, detail))


def targets_of(run_ids: Sequence[str], persona_ids: Sequence[str], *, workspace: bool) -> list[Target]:
    """The targets. Raises ValueError if there is none."""
    targets: list[Target] = [{"run_id": run_id} for run_id in run_ids]
    targets += [{"persona_id": persona_id} for persona_id in persona_ids]
    if workspace:
        targets.append({"workspace": True})
    if not targets:
        raise ValueError("Give run_ids, persona_ids or workspace=True.")
    return targets


def pause_before(attempt: int) -> float:
    """Seconds to wait before the connection after `attempt` (0 or more) failed ones."""
    longest: float = min(_FIRST_PAUSE_S * 2.0 ** min(attempt, 16), _LONGEST_PAUSE_S)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
