"""DynamoDB tables in moto, made once a process and put back before each test: making them takes longer than most tests.

So do keys of KMS, each of which moto gives an RSA pair: those that exist when the tables are kept stay.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from tests.moto_calls import TURN, call_moto_directly
from tests.moto_items import use_cheap_items
from tests.moto_queries import use_cheap_queries
from tests.moto_transactions import use_cheap_transactions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


@dataclass(frozen=True)
class Kept:
    """Tables as moto had them: pickled, which copies them five times as fast as `deepcopy`; and the keys of KMS."""

    tables: bytes
    keys: Mapping[str, Any]


@dataclass
class Tables:
    """The tables of one moto account. `client` reaches them, as does every other client in this process."""

    client: DynamoDBClient
    _kept: Kept

    def held(self) -> Kept:
        """What the tables hold now, for `put_back`."""
        return _held()

    def keep(self) -> None:
        """What the tables hold now is what they are put back to, with the keys of KMS that exist."""
        self._kept = _held()

    def put_back(self, held: Kept | None = None) -> None:
        """The tables are as when they were kept, all else is empty; or they are as `held`, and all else stays."""
        if held is None:
            BackendDict.reset()
            _keys_in_moto().update(self._kept.keys)
        _in_moto().update(pickle.loads((held or self._kept).tables))  # noqa: S301 - this process wrote it

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items in DynamoDB's JSON, read where moto keeps them: a scan takes longer than most requests."""
        with TURN:
            kept = [item.attrs for item in _in_moto()[table].all_items()]
            return [{name: value.to_regular_json() for name, value in attributes.items()} for attributes in kept]


@contextmanager
def tables_in_moto(layout: Mapping[str, str | None]) -> Iterator[Tables]:
    """Tables by name, with the type of their sort key `sk` if they have one; the partition key is the string `pk`.

    `idempotency` alone has its key in `id`, as in the template.
    """
    with kept_in_moto(_empty(tuple(layout.items()))) as tables:
        yield tables


@contextmanager
def kept_in_moto(kept: Kept) -> Iterator[Tables]:
    """Tables that were made before."""
    with _moto():
        tables = Tables(boto3.client("dynamodb"), kept)
        tables.put_back()
        yield tables


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


@cache
def _empty(layout: tuple[tuple[str, str | None], ...]) -> Kept:
    with _moto():
        client = boto3.client("dynamodb")
        for table, sort in layout:
            create(client, table, sort)
        return _held()


@contextmanager
def _moto() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        use_cheap_items(patch)
        use_cheap_transactions(patch)
        use_cheap_queries(patch)
        call_moto_directly(patch)
        with mock_aws():
            yield


def _held() -> Kept:
    return Kept(pickle.dumps(_in_moto(), pickle.HIGHEST_PROTOCOL), dict(_keys_in_moto()))


def _in_moto() -> dict[str, Any]:
    tables: dict[str, Any] = dynamodb_backends[DEFAULT_ACCOUNT_ID][CREDENTIALS["AWS_DEFAULT_REGION"]].tables
    return tables


def _keys_in_moto() -> dict[str, Any]:
    keys: dict[str, Any] = kms_backends[DEFAULT_ACCOUNT_ID][CREDENTIALS["AWS_DEFAULT_REGION"]].keys
    return keys
