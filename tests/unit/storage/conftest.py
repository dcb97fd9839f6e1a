"""Tables of the template's layout in moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.tables import Tables, tables_in_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture(scope="module")
def _tables() -> Iterator[Tables]:
    with tables_in_moto(
        {"personas": "S", "run-events": "N", "api-keys": None, "idempotency": None, "connections": "S"}
    ) as tables:
        yield tables


@pytest.fixture
def dynamodb(_tables: Tables) -> DynamoDBClient:
    _tables.put_back()
    return _tables.client
