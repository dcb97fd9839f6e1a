"""Erases the keys of a workspace, with its list of them and the item that marks its deletion."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from fourfold.storage.table import Item, Table
from fourfold.storage.transactions import delete, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def key_digests(client: DynamoDBClient, table: str, workspace_id: str) -> dict[str, str]:
    """Key id -> the hash of its text, of all keys of a workspace."""
    item = Table(client, table).get(_key(f"WSKEYS#{workspace_id}")) or {}
    return {name: value["S"] for name, value in item.items() if name != "pk"}


def erase_keys(client: DynamoDBClient, table: str, workspace_id: str, last: Collection[str]) -> None:
    """Erases all keys of a workspace.

    `last` are the hashes of the request's key and of those it descends from: they open the deletion, so they go in one
    transaction with the mark. At most 16, as a key descends from 15.
    """
    digests = set(key_digests(client, table, workspace_id).values())
    Table(client, table).delete_many(_key(f"KEY#{digest}") for digest in sorted(digests.difference(last)))
    final = [f"KEY#{digest}" for digest in sorted(last)]
    final += [f"WSKEYS#{workspace_id}", f"WS#{workspace_id}"]
    transact(client, {"keys": [delete(table, _key(pk)) for pk in final]})


def _key(pk: str) -> Item:
    return {"pk": {"S": pk}}
