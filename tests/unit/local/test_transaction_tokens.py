"""Bridge: a repeated transaction is recognized by the hash of its request, and its content is not kept."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.bridges.transaction_tokens import remember_transactions_by_hash
from tests.unit.local.store.engines import call, untouched
from tests.unit.local.store.operations import Shape

TEXT = "a brief that somebody wrote " * 100


@pytest.fixture
def module() -> Any:
    made = untouched()
    remember_transactions_by_hash(made)
    call(made, "CreateTable", Shape("words", "S", "S", indexed=False, streamed=False).create())
    return made


def transact(module: Any, token: str, action: str = "Put", **more: Any) -> tuple[int, Any]:
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "text": {"S": TEXT}, **more}
    write = {"Item": item} if action == "Put" else {"Key": {"pk": {"S": "p"}, "sk": {"S": "s"}}}
    request = {"TransactItems": [{action: {"TableName": "words", **write}}], "ClientRequestToken": token}
    status, reply = call(module, "TransactWriteItems", request)
    return status, reply.get("__type", "").rpartition("#")[2]


def test_a_repeated_transaction_is_done_once_and_another_request_is_refused(module: Any) -> None:
    assert transact(module, "one")[0] == 200
    assert transact(module, "two", "Delete")[0] == 200
    assert transact(module, "one")[0] == 200
    assert call(module, "Scan", {"TableName": "words"})[1]["Count"] == 0, "the first was not done again"
    assert transact(module, "one", more={"S": "x"}) == (400, "IdempotentParameterMismatchException")
    assert transact(module, "three")[0] == 200
    assert call(module, "Scan", {"TableName": "words"})[1]["Count"] == 1


def test_the_order_of_a_requests_names_makes_no_other_request(module: Any) -> None:
    names: dict[str, Any] = {"a": {"S": "1"}, "b": {"S": "2"}}
    assert transact(module, "one", **names)[0] == 200
    assert transact(module, "one", **dict(reversed(names.items())))[0] == 200


def test_no_text_of_a_request_is_kept_with_its_token(module: Any) -> None:
    transact(module, "one")
    [(_, entry)] = module._txn_idempotency.all_items()  # noqa: SLF001 - what it keeps
    assert TEXT not in repr(entry)
