"""Bridge: MiniStack keeps a queue's messages in memory; here each is stored before its sender is answered, and removed
when it is deleted.

Being received is not stored: whoever had received a message is gone after a stop, so it is shown again at once, and the
delivery that was cut off does not count towards its queue's `maxReceiveCount`. A delay is kept.
"""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Final, SupportsIndex

from ministack.core.responses import AccountRegionScopedDict

from infra.local.bridges.ministack_types import Handle, Module, Scoped
from infra.local.bridges.steady_clock import steady_time
from infra.local.bridges.store.database import Database

LONGEST_DELAY_S: Final = 900
"""The longest that SQS delays a message."""
# Functions of MiniStack that read a queue's list and replace it.
_EXCLUSIVE: Final = ("_receive_messages_for_esm", "_delete_messages_for_esm", "_expire_retained", "_dlq_sweep")

Message = dict[str, Any]


class StoredMessages(list[Message]):
    """A queue's messages, as MiniStack handles them: appended, iterated, and replaced by those that are kept."""

    def __init__(self, database: Database, queue: str, messages: list[Message]) -> None:
        super().__init__(messages)
        self._database = database
        self._queue = queue

    def append(self, message: Message) -> None:
        """Raises NotStoredError."""
        text = json.dumps(message, separators=(",", ":")).encode()
        with self._database.unit():
            self._database.on_rollback(partial(self._take_back, message))
            self._database.change(
                "INSERT INTO messages (queue, id, message) VALUES (?, ?, ?)", (self._queue, message["id"], text)
            )
            super().append(message)

    def remove(self, message: Message) -> None:
        self._delete([message])
        super().remove(message)

    def clear(self) -> None:
        self._delete(self)
        super().clear()

    def replace_by(self, kept: list[Message], give: Callable[[StoredMessages], None]) -> None:
        """Gives the queue these of its messages only, in their order; all of them again if that cannot be stored."""
        if len(kept) == len(self):
            return
        ids = {message["id"] for message in kept}
        with self._database.unit():
            self._database.on_rollback(partial(give, self))
            self._delete([message for message in self if message["id"] not in ids])
            give(StoredMessages(self._database, self._queue, kept))

    def __deepcopy__(self, memo: object) -> list[Message]:
        """Nothing: copies of a queue are made to save it, and the messages are saved already."""
        return []

    def __delitem__(self, place: SupportsIndex | slice) -> None:
        """Refused: MiniStack does not call it, and what it deleted would be back after a stop."""
        raise NotImplementedError("MiniStack removes a message by replacing the list")

    def _delete(self, messages: list[Message]) -> None:
        self._database.change_many(
            "DELETE FROM messages WHERE queue = ? AND id = ?", [(self._queue, message["id"]) for message in messages]
        )

    def _take_back(self, message: Message) -> None:
        self[:] = [one for one in self if one is not message]


class StoredQueue(dict[str, Any]):
    """MiniStack's record of a queue."""

    def __setitem__(self, name: str, value: Any) -> None:  # noqa: ANN401 - a dict's
        if name == "messages" and not isinstance(value, StoredMessages):
            self["messages"].replace_by(value, partial(super().__setitem__, name))
        else:
            super().__setitem__(name, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        """A plain dict: MiniStack's JSON has no other."""
        return {name: copy.deepcopy(value, memo) for name, value in self.items()}


class StoredQueues(AccountRegionScopedDict):  # type: ignore[misc]  # MiniStack has no types
    """MiniStack's queues by account, region and URL."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def __setitem__(self, url: str, queue: dict[str, Any]) -> None:
        account, region, _ = self._scoped(url)
        self.set_scoped(account, region, url, queue)

    def set_scoped(self, account_id: str, region: str, key: str, value: dict[str, Any]) -> None:
        """Messages that the record brings are stored as they are loaded; then those stored before are added."""
        name = str(value["attributes"]["QueueArn"])
        stored = self._database.rows("SELECT message FROM messages WHERE queue = ? ORDER BY number", (name,))
        messages = StoredMessages(self._database, name, [_shown(json.loads(text)) for (text,) in stored])
        known = {message["id"] for message in messages}
        for message in value.pop("messages", []):
            if message["id"] not in known:
                messages.append(_shown(message))
        queue = StoredQueue(value)
        dict.__setitem__(queue, "messages", messages)
        super().set_scoped(account_id, region, key, queue)

    def pop_scoped(self, account_id: str, region: str, key: str, *default: Any) -> Any:  # noqa: ANN401 - as inherited
        queue = super().pop_scoped(account_id, region, key, *default)
        if queue:
            queue["messages"].clear()
        return queue

    def __deepcopy__(self, memo: dict[int, Any]) -> AccountRegionScopedDict:
        """MiniStack's own kind, to be saved; see StoredMessages."""
        plain = AccountRegionScopedDict()
        for place, queue in self.all_items():
            plain.set_scoped(*place, copy.deepcopy(queue, memo))
        return plain

    def update(self, other: Scoped) -> None:
        loaded = AccountRegionScopedDict()
        loaded.update(other)
        for (account, region, url), queue in loaded.all_items():
            self.set_scoped(account, region, url, queue)


def install_stored_queues(database: Database, sqs: Module, eventbridge: Module) -> None:
    """Put the database under the queues of MiniStack's module `sqs`, which must have none yet.

    MiniStack's functions replace a queue's list by one they made of it: each is one thread's at a time, or a message
    sent meanwhile would be lost. The events of one PutEvents are given to all their queues, or to none.
    """
    sqs._queues = StoredQueues(database)  # no setting chooses a store
    for name in _EXCLUSIVE:
        setattr(sqs, name, _exclusive(database, getattr(sqs, name)))
    handlers: dict[str, Handle] = sqs._HANDLERS
    for action, handler in handlers.items():
        if not inspect.iscoroutinefunction(handler):
            handlers[action] = _exclusive(database, handler)
    eventbridge._put_events = _exclusive(database, eventbridge._put_events)


def _exclusive(database: Database, function: Handle) -> Handle:
    @wraps(function)
    def in_one_unit(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - the function's
        with database.unit():
            return function(*arguments, **more)

    return in_one_unit


def _shown(message: Message) -> Message:
    """A stored message after a stop: as it was sent."""
    if message.get("receive_count"):
        message["receive_count"] -= 1
    if message.get("receipt_handle"):
        message |= {"receipt_handle": None, "visible_at": steady_time()}
    if "visible_at" in message:  # or the clock was ahead as it was stored
        message["visible_at"] = min(message["visible_at"], steady_time() + LONGEST_DELAY_S)
    return message
