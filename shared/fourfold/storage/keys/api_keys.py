"""API keys, stored hashed: reading the table does not let anyone call the API.

ApiKeys   `KEY#<sha256 of the text>`  the key
          `WSKEYS#<workspace>`        an attribute for each of the workspace's keys: its id -> the hash of its text
          `WS#<workspace>`            the org the workspace belongs to; `closing_at`, while the workspace is deleted
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from fourfold.errors import ConflictError, LimitError
from fourfold.keys import KeyEnvironment
from fourfold.storage.table import Item, Table
from fourfold.storage.transactions import Write, delete, put, transact, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

logger = Logger(child=True)

MAX_LINEAGE = 16
LAST_USE_EVERY = timedelta(minutes=1)
MAX_KEYS = 1000
_BATCH = 100


@dataclass(frozen=True)
class ApiKey:
    """A key: its tenant, what it may do, and what is shown of it. `digest` is the hash of its text.

    `closing`: its workspace is being deleted.

    `lineage` has the digests of the keys that it descends from, oldest first. A key ends when one of them ends: what
    the store returns has the earliest `revoked_at` and `expires_at` of the key and its lineage.
    """

    key_id: str
    org_id: str
    workspace_id: str
    scopes: frozenset[str]
    name: str = ""
    environment: KeyEnvironment = KeyEnvironment.TEST
    prefix: str = ""
    last_four: str = ""
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    created_by: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    usd_per_month: float | None = None
    closing: bool = False
    lineage: tuple[str, ...] = field(default=(), compare=False, repr=False)
    digest: str = field(default="", compare=False, repr=False)

    def is_good(self, now: datetime) -> bool:
        """Whether the key opens anything at `now`: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True)
class ApiKeyPage:
    """One page of a list, newest first. `last` is the id to continue after, None at the end."""

    keys: Sequence[ApiKey]
    last: str | None


class KeyExistsError(ConflictError):
    """A key with this id is there already."""


class TooManyKeysError(LimitError):
    """The workspace has `MAX_KEYS` keys that work."""


def _now() -> datetime:
    return datetime.now(UTC)


class DynamoApiKeys:
    """API keys by the SHA-256 of their text. Keys carry 256 random bits, so a plain hash cannot be guessed back."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], datetime] = _now) -> None:
        self._client = client
        self._table = Table(client, table)
        self._clock = clock

    def find(self, secret: str) -> ApiKey | None:
        """The key with this text if it is good now, or None; its `closing` is known."""
        return self._good(key_hash(secret))

    def find_hashed(self, digest: str) -> ApiKey | None:
        """The key whose text has this `key_hash` if it is good now and its workspace is not being deleted, or None."""
        key = self._good(digest)
        return None if key is None or key.closing else key

    def _good(self, digest: str) -> ApiKey | None:
        key = self._by_digest(digest)
        if key is None or not key.is_good(self._clock()):
            return None
        [key] = self._with_lineage([key])
        workspace = self._get(f"WS#{key.workspace_id}") or {}
        return replace(key, closing="closing_at" in workspace) if key.is_good(self._clock()) else None

    def get(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """The workspace's key with this id unless it is revoked, strongly consistent, or None."""
        digest = self._digests(workspace_id).get(key_id)
        key = None if digest is None else self._by_digest(digest)
        if key is None:
            return None
        [key] = self._with_lineage([key])
        return None if key.revoked_at is not None else key

    def page(
        self, workspace_id: str, limit: int, after: str | None = None, *, include_revoked: bool = False
    ) -> ApiKeyPage:
        """Up to `limit` (1-100) keys of a workspace, newest first, those made before key `after`."""
        digests = self._digests(workspace_id)
        ids = [key_id for key_id in sorted(digests, reverse=True) if after is None or key_id < after]
        keys: list[ApiKey] = []
        while ids and len(keys) <= limit:
            asked, ids = [digests[key_id] for key_id in ids[:_BATCH]], ids[_BATCH:]
            found = self._by_digests(asked)
            read = self._with_lineage([found[digest] for digest in asked if digest in found])
            keys += [key for key in read if include_revoked or key.revoked_at is None]
        return ApiKeyPage(keys[:limit], keys[limit - 1].key_id if len(keys) > limit else None)

    def create(self, secret: str, key: ApiKey, instead_of: ApiKey | None = None) -> ApiKey:
        """Stores a new key, its place in the workspace's list, and which org the workspace belongs to: all or nothing.

        Args:
            secret: the key's text; only its hash is kept.
            key: what to store.
            instead_of: a stored key of the same id whose text was never shown; it is deleted.

        Raises:
            KeyExistsError: another key has this id, or `instead_of` is no longer what is stored.
            TooManyKeysError: the workspace has too many keys.
        """
        digest = key_hash(secret)
        if instead_of is None:
            self._make_room(key.workspace_id)
        if instead_of is None:
            writes = self._writes(digest, key, "attribute_not_exists(#id)", {})
        else:
            before = {":before": {"S": instead_of.digest}}
            writes = self._writes(digest, key, "#id = :before", before)
            writes.append(delete(self._table.name, _key(f"KEY#{instead_of.digest}")))
        if transact(self._client, {"key": writes}):
            raise KeyExistsError(key.key_id)
        return _parsed(_item(digest, key))

    def put(self, secret: str, key: ApiKey) -> None:
        """Stores a key as it is, over any key of its id: for the one key a deployment starts with."""
        transact(self._client, {"key": self._writes(key_hash(secret), key, None, {})})

    def revoke(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """Ends the key with this id for good; None if the workspace has none. The first time counts."""
        digest = self._digests(workspace_id).get(key_id)
        if digest is None:
            return None
        revoked = self._table.update(
            _key(f"KEY#{digest}"),
            "SET revoked_at = if_not_exists(revoked_at, :now)",
            "attribute_exists(pk)",
            values={":now": {"S": _stamp(self._clock())}},
        )
        return None if revoked is None else _parsed(revoked)

    def note_use(self, digest: str) -> None:
        """Stores that the key was used now, to the minute. A failure is logged: no request waits for this."""
        now = self._clock()
        try:
            self._table.update(  # refused where another process has noted it
                _key(f"KEY#{digest}"),
                "SET last_used_at = :now",
                "attribute_exists(pk) AND (attribute_not_exists(last_used_at) OR last_used_at < :old)",
                values={":now": {"S": _stamp(now)}, ":old": {"S": _stamp(now - LAST_USE_EVERY)}},
            )
        except ClientError as error:
            logger.warning("last use of a key not noted", extra={"code": error.response["Error"]["Code"]})
        except BotoCoreError as error:
            logger.warning("last use of a key not noted", extra={"code": type(error).__name__})

    def org_of(self, workspace_id: str) -> str | None:
        """The org a workspace belongs to, strongly consistent; None if no key was ever made for it."""
        item = self._get(f"WS#{workspace_id}")
        return None if item is None else item["org_id"]["S"]

    def _make_room(self, workspace_id: str) -> None:
        """In a full list, forgets the oldest keys that no longer work. Raises TooManyKeysError if all do."""
        digests = self._digests(workspace_id)
        if len(digests) < MAX_KEYS:
            return
        now, keys = self._clock(), self._with_lineage(list(self._by_digests(list(digests.values())).values()))
        working = {key.key_id for key in keys if key.is_good(now)}
        dead = sorted(digests.keys() - working)
        if not dead:
            raise TooManyKeysError
        for key_id in dead[:_BATCH]:
            unlist = update(
                self._table.name,
                _key(f"WSKEYS#{workspace_id}"),
                "REMOVE #id",
                "attribute_exists(pk)",
                names={"#id": key_id},
            )
            gone = delete(self._table.name, _key(f"KEY#{digests[key_id]}"))
            transact(self._client, {"key": [unlist, gone]})

    def _writes(self, digest: str, key: ApiKey, listed_if: str | None, values: Mapping[str, Any]) -> list[Write]:
        """The writes of a key whose text has this hash.

        `listed_if` is a condition on the key's place in the list (`#id`), with its `values`.
        """
        listing: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": _key(f"WSKEYS#{key.workspace_id}"),
            "UpdateExpression": "SET #id = :digest",
            "ExpressionAttributeNames": {"#id": key.key_id},
            "ExpressionAttributeValues": {":digest": {"S": digest}, **values},
        }
        if listed_if is not None:
            listing["ConditionExpression"] = listed_if
        owner = {
            "TableName": self._table.name,
            "Key": _key(f"WS#{key.workspace_id}"),
            "UpdateExpression": "SET org_id = if_not_exists(org_id, :org)",  # a workspace does not move
            "ExpressionAttributeValues": {":org": {"S": key.org_id}},
        }
        return [put(self._table.name, _item(digest, key)), {"Update": listing}, {"Update": owner}]

    def _with_lineage(self, keys: Sequence[ApiKey]) -> list[ApiKey]:
        """The keys, each ended when a key of its lineage ended. A key that is forgotten had ended."""
        traced = [self._traced(key) for key in keys]
        wanted = {digest for key in traced for digest in key.lineage}
        # One key's lineage is read item by item: the functions of live progress may not read batches.
        ancestors: Mapping[str, ApiKey | None] = (
            {digest: self._by_digest(digest) for digest in wanted}
            if len(keys) == 1
            else self._by_digests(sorted(wanted))
        )
        return [_ended_by(key, [ancestors.get(digest) for digest in key.lineage]) for key in traced]

    def _traced(self, key: ApiKey) -> ApiKey:
        """The key with its lineage, which keys made by earlier versions do not store."""
        if key.created_by is None or key.lineage:
            return key
        digests, lineage = self._digests(key.workspace_id), list[str]()
        maker: str | None = key.created_by
        while maker is not None and len(lineage) < MAX_LINEAGE:
            digest = digests.get(maker, f"forgotten {maker}")
            found = self._by_digest(digest)
            lineage.append(digest)
            maker = None if found is None else found.created_by
        return replace(key, lineage=tuple(reversed(lineage)))

    def _digests(self, workspace_id: str) -> dict[str, str]:
        item = self._get(f"WSKEYS#{workspace_id}") or {}
        return {name: value["S"] for name, value in item.items() if name != "pk"}

    def _by_digest(self, digest: str) -> ApiKey | None:
        item = self._get(f"KEY#{digest}")
        return None if item is None else _parsed(item)

    def _by_digests(self, digests: Sequence[str]) -> dict[str, ApiKey]:
        keys = map(_parsed, self._table.get_many(_key(f"KEY#{digest}") for digest in digests))
        return {key.digest: key for key in keys}

    def _get(self, pk: str) -> Item | None:
        return self._table.get(_key(pk))


def _ended_by(key: ApiKey, lineage: Sequence[ApiKey | None]) -> ApiKey:
    known = [ancestor for ancestor in lineage if ancestor is not None]
    revoked = [each.revoked_at for each in (key, *known) if each.revoked_at is not None]
    if len(known) < len(lineage):
        revoked.append(key.created_at)
    expiries = [each.expires_at for each in (key, *known) if each.expires_at is not None]
    return replace(key, revoked_at=min(revoked, default=None), expires_at=min(expiries, default=None))


def _item(digest: str, key: ApiKey) -> Item:
    times = {"expires_at": key.expires_at, "revoked_at": key.revoked_at, "last_used_at": key.last_used_at}
    texts = {
        "pk": f"KEY#{digest}",
        "key_id": key.key_id,
        "org_id": key.org_id,
        "workspace_id": key.workspace_id,
        "name": key.name,
        "environment": key.environment.value,
        "prefix": key.prefix,
        "last_four": key.last_four,
        "created_at": _stamp(key.created_at),
        **({} if key.created_by is None else {"created_by": key.created_by}),
        **{name: _stamp(time) for name, time in times.items() if time is not None},
    }
    item: Item = {name: {"S": text} for name, text in texts.items()}
    if key.usd_per_month is not None:
        item["usd_per_month"] = {"N": repr(key.usd_per_month)}
    item["scopes"] = {"L": [{"S": scope} for scope in sorted(key.scopes)]}
    if key.lineage:
        item["lineage"] = {"L": [{"S": ancestor} for ancestor in key.lineage]}
    return item


def _parsed(item: Mapping[str, Any]) -> ApiKey:
    def text(name: str, default: str = "") -> str:  # keys of earlier versions have fewer fields
        return str(item[name]["S"]) if name in item else default

    def time(name: str) -> datetime | None:
        return datetime.fromisoformat(item[name]["S"]) if name in item else None

    return ApiKey(
        key_id=text("key_id"),
        org_id=text("org_id"),
        workspace_id=text("workspace_id"),
        scopes=frozenset(scope["S"] for scope in item["scopes"]["L"]),
        name=text("name"),
        environment=KeyEnvironment(text("environment", KeyEnvironment.TEST)),
        prefix=text("prefix"),
        last_four=text("last_four"),
        created_at=datetime.fromisoformat(text("created_at")),
        created_by=text("created_by") or None,
        expires_at=time("expires_at"),
        revoked_at=time("revoked_at"),
        last_used_at=time("last_used_at"),
        usd_per_month=float(item["usd_per_month"]["N"]) if "usd_per_month" in item else None,
        lineage=tuple(ancestor["S"] for ancestor in item["lineage"]["L"]) if "lineage" in item else (),
        digest=text("pk").removeprefix("KEY#"),
    )


def key_hash(secret: str) -> str:
    """The SHA-256 of a key's text: it identifies the key and does not give it away."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _stamp(time: datetime) -> str:
    """One width for all, so that DynamoDB compares them as text."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _key(pk: str) -> Item:
    return {"pk": {"S": pk}}
