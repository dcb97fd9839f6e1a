"""Slots of replies: never more holders than slots, whichever process holds them, and none is lost with its process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fourfold.storage.idempotency.reply_slots import ReplySlots

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

START = 1_800_000_000.0


def test_processes_share_the_slots_of_a_workspace(dynamodb: DynamoDBClient) -> None:
    processes = [ReplySlots(dynamodb, "idempotency", "CHATS", lambda: START) for _ in range(3)]
    taken = [process.take("ws_one", 3, 60) for process in processes]
    assert {slot and slot.number for slot in taken} == {0, 1, 2}
    assert processes[0].take("ws_one", 3, 60) is None
    assert processes[0].take("ws_two", 3, 60) is not None
    assert taken[1] is not None
    processes[1].free("ws_one", taken[1])
    again = processes[2].take("ws_one", 3, 60)
    assert again is not None
    assert again.number == taken[1].number
    processes[1].free("ws_one", taken[1])  # no longer its slot
    assert processes[0].take("ws_one", 3, 60) is None


def test_many_at_once_get_no_more_than_there_are(dynamodb: DynamoDBClient) -> None:
    slots = ReplySlots(dynamodb, "idempotency", "CHATS", lambda: START)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: slots.take("ws_one", 5, 60), range(24)))
    assert len({slot.number for slot in taken if slot}) == sum(slot is not None for slot in taken) == 5


def test_the_slot_of_a_process_that_ended_is_free_in_time(dynamodb: DynamoDBClient) -> None:
    now = [START]
    slots = ReplySlots(dynamodb, "idempotency", "CHATS", lambda: now[0])
    assert slots.take("ws_one", 1, 60) is not None
    now[0] += 59
    assert slots.take("ws_one", 1, 60) is None
    now[0] += 2
    assert slots.take("ws_one", 1, 60) is not None
    [item] = dynamodb.scan(TableName="idempotency")["Items"]
    assert int(item["expiration"]["N"]) > now[0] + 60
