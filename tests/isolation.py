"""DynamoDB isolates its transactions; moto checks, writes and rolls back while other threads do the same."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from moto.dynamodb.responses import DynamoHandler


def take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets moto's DynamoDB answer one thread after the other."""
    answer, turn = DynamoHandler.call_action, threading.Lock()

    def in_turn(handler: DynamoHandler) -> Any:
        with turn:
            return answer(handler)

    monkeypatch.setattr(DynamoHandler, "call_action", in_turn)
