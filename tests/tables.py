"""DynamoDB tables in moto, made once and put back before each test: making them takes longer than most tests do.

So do keys of KMS, each of which moto gives an RSA pair: those that exist when the tables are kept stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from tests.moto_transactions import use_cheap_transactions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


@dataclass
class Tables:
    """The tables of one moto account. `client` reaches them, as does every other client in this process."""

    client: DynamoDBClient
    _kept: dict[str, Any]
    _keys: dict[str, Any] = field(default_factory=dict)

    def held(self) -> dict[str, Any]:
        """What the tables hold now, for `put_back`."""
        return deepcopy(_in_moto())

    def keep(self) -> None:
        """What the tables hold now is what they are put back to, with the keys of KMS that exist."""
        self._kept, self._keys = self.held(), dict(_keys_in_moto())

    def put_back(self, held: dict[str, Any] | None = None) -> None:
        """The tables are as when they were kept, all else is empty; or they are as `held`, and all else stays."""
        if held is None:
            BackendDict.reset()
            _keys_in_moto().update(self._keys)
        _in_moto().update(deepcopy(self._kept if held is None else held))

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items in DynamoDB's JSON, read where moto keeps them: a scan takes longer than most requests."""
        kept = [item.attrs for item in _in_moto()[table].all_items()]
        return [{name: value.to_regular_json() for name, value in attributes.items()} for attributes in kept]


@contextmanager
def tables_in_moto(layout: Mapping[str, str | None]) -> Iterator[Tables]:
    """Tables by name, with the type of their sort key `sk` if they have one; the partition key is the string `pk`.

    `idempotency` alone has its key in `id`, as in the template.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        use_cheap_transactions(patch)
        with mock_aws():
            made = Tables(boto3.client("dynamodb"), {})
            for table, sort in layout.items():
                create(made.client, table, sort)
            made.keep()
            yield made


def create(client: DynamoDBClient, table: str, sort: str | None) -> None:
    """One more table."""
    keys: list[Any] = [("id" if table == "idempotency" else "pk", "HASH", "S")]
    keys += [("sk", "RANGE", sort)] if sort else []
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind, _ in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": of} for name, _, of in keys],
    )


def _in_moto() -> dict[str, Any]:
    tables: dict[str, Any] = dynamodb_backends[DEFAULT_ACCOUNT_ID][CREDENTIALS["AWS_DEFAULT_REGION"]].tables
    return tables


def _keys_in_moto() -> dict[str, Any]:
    keys: dict[str, Any] = kms_backends[DEFAULT_ACCOUNT_ID][CREDENTIALS["AWS_DEFAULT_REGION"]].keys
    return keys
