"""Bridge: MiniStack remembers the whole request of every transaction for ten minutes, to compare it with a repetition.

Botocore gives each transaction a token, so at five personas a second some 25,000 requests would be in memory. Here a
request is remembered by its hash.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

from infra.local.bridges.ministack_types import Module


class RequestHash:
    """The hash of a request. It equals each request with the same content, whatever the order of its names."""

    __slots__ = ("_hash",)

    def __init__(self, request: dict[str, Any]) -> None:
        self._hash = _hash(request)

    def __eq__(self, request: object) -> bool:
        return isinstance(request, dict) and _hash(request) == self._hash

    __hash__ = None  # type: ignore[assignment]  # it equals objects of another type


def remember_transactions_by_hash(dynamodb: Module) -> None:
    """Has MiniStack's DynamoDB keep the hash of a transaction's request beside its token."""
    dynamodb._txn_token_store = partial(_store, dynamodb._txn_token_store)  # noqa: SLF001 - it has no public name


def _store(store: Any, token: str, entry: dict[str, Any]) -> None:  # noqa: ANN401 - MiniStack's function
    store(token, {**entry, "signature": RequestHash(entry["signature"])})


def _hash(request: dict[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()
