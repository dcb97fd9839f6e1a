"""Bridge: a queue's messages survive a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.services import sqs

from infra.local.bridges.store.database import Database, NotStoredError
from infra.local.bridges.store.queues import LONGEST_DELAY_S, install_stored_queues
from tests.unit.local.store.engines import copy_of, saved


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "engine.sqlite3")
    yield made
    made.close()


def _queues(database: Database, state: dict[str, Any] | None = None) -> Any:
    module = copy_of(sqs)
    install_stored_queues(database, module, SimpleNamespace(_put_events=None))
    if state:
        module.load_persisted_state(state)
    return module


def _act(module: Any, action: str, **request: Any) -> dict[str, Any]:
    answer: dict[str, Any] = module._HANDLERS[action](request, request.get("QueueUrl", ""))  # noqa: SLF001
    return answer


def _created(module: Any) -> str:
    return str(_act(module, "CreateQueue", QueueName="jobs", Attributes={"VisibilityTimeout": "600"})["QueueUrl"])


def _received(module: Any, url: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = module._receive_messages_for_esm(url, 10)  # noqa: SLF001
    return messages


def test_what_was_sent_and_not_deleted_is_there_again_and_can_be_received_at_once(database: Database) -> None:
    module = _queues(database)
    url = _created(module)
    for body in ("deleted", "received", "waiting"):
        _act(module, "SendMessage", QueueUrl=url, MessageBody=body)
    _act(module, "SendMessage", QueueUrl=url, MessageBody="delayed", DelaySeconds=600)
    first, *_ = _received(module, url)
    _act(module, "DeleteMessage", QueueUrl=url, ReceiptHandle=first["receipt_handle"])

    again = _queues(database, saved(module))
    assert [message["body"] for message in _received(again, url)] == ["received", "waiting"]
    attributes = _act(again, "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesDelayed"] == "1"
    _act(again, "PurgeQueue", QueueUrl=url)
    assert database.rows("SELECT * FROM messages") == []


def test_a_message_that_was_stored_while_the_clock_was_ahead_is_shown_after_the_longest_delay(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _queues(database)
    url = _created(module)
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time", partial(_later, time.time, 86_400))
        _act(module, "SendMessage", QueueUrl=url, MessageBody="delayed", DelaySeconds=1)
    assert _received(module, url) == []

    again = _queues(database, saved(module))
    assert _received(again, url) == []
    monkeypatch.setattr(time, "time", partial(_later, time.time, LONGEST_DELAY_S + 1))
    assert [message["body"] for message in _received(again, url)] == ["delayed"]


def _later(clock: Callable[[], float], seconds: float) -> float:
    return clock() + seconds


def test_messages_of_an_earlier_version_s_state_are_taken_over_as_they_were_sent(database: Database) -> None:
    plain = copy_of(sqs)
    url = _created(plain)
    _act(plain, "SendMessage", QueueUrl=url, MessageBody="job")
    assert _received(plain, url)[0]["receive_count"] == 1
    state = saved(plain)
    for _ in range(2):  # a second load, as after a stop during the first start, adds nothing
        module = _queues(database, state)
        (message,) = _received(module, url)
        assert (message["body"], message["receive_count"]) == ("job", 1)


def test_a_message_that_is_sent_while_others_are_deleted_is_not_lost(database: Database) -> None:
    """If this fails without the bridge's locks and passes with them, MiniStack still loses one."""
    module = _queues(database)
    url = _created(module)
    stop = threading.Event()

    def consume() -> None:
        while not stop.is_set():
            handles = {message["receipt_handle"] for message in _received(module, url)}
            module._delete_messages_for_esm(url, handles)  # noqa: SLF001
            taken.extend(handles)

    taken: list[str] = []
    consumers = [threading.Thread(target=consume) for _ in range(2)]
    for consumer in consumers:
        consumer.start()
    for number in range(400):
        _act(module, "SendMessage", QueueUrl=url, MessageBody=str(number))
    stop.set()
    for consumer in consumers:
        consumer.join()
    left = len(module._queues[url]["messages"])  # noqa: SLF001
    assert len(taken) + left == 400
    assert database.row("SELECT COUNT(*) FROM messages") == (left,)


def test_a_message_that_cannot_be_stored_is_not_sent(database: Database) -> None:
    module = _queues(database)
    url = _created(module)
    pages = database.row("PRAGMA page_count")
    assert pages is not None
    database.rows(f"PRAGMA max_page_count = {pages[0]}")
    with pytest.raises(NotStoredError):
        _act(module, "SendMessage", QueueUrl=url, MessageBody="x" * 50_000)
    assert _received(module, url) == []


def test_a_deletion_that_is_not_stored_leaves_the_message_in_the_queue(database: Database) -> None:
    module = _queues(database)
    url = _created(module)
    _act(module, "SendMessage", QueueUrl=url, MessageBody="kept")
    [message] = _received(module, url)

    def deleted_and_rolled_back() -> None:
        with database.unit():
            _act(module, "DeleteMessage", QueueUrl=url, ReceiptHandle=message["receipt_handle"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        deleted_and_rolled_back()
    assert database.row("SELECT COUNT(*) FROM messages") == (1,)
    attributes = _act(module, "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"
    _act(module, "DeleteMessage", QueueUrl=url, ReceiptHandle=message["receipt_handle"])
    assert database.row("SELECT COUNT(*) FROM messages") == (0,)
