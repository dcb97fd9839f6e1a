"""Client methods for the routes under /v1/config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fourfold.cli.client import Client
from fourfold.config.scope import StoredScope

Document = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """The scope to read or change; `persona_id` names the persona of the scope `persona`."""

    scope: StoredScope = "workspace"
    persona_id: str | None = None

    def fields(self) -> dict[str, str]:
        """The fields of a query or a body that name it."""
        return {"scope": self.scope, **({} if self.persona_id is None else {"persona_id": self.persona_id})}


WORKSPACE = Target()


@dataclass(frozen=True)
class WriteOptions:
    """Options of a change. With `expected` the change fails unless the scope is at that revision."""

    target: Target = WORKSPACE
    reason: str | None = None
    dry_run: bool = False
    expected: int | None = None


class ConfigCalls:
    """Reads and changes settings. Every method raises ApiError if the API returns an error or does not respond."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def view(self, target: Target, prefix: str) -> Document:
        """Returns the effective values at a scope of the keys that begin with `prefix`."""
        return self._read("", prefix=prefix, **target.fields())

    def schema(self) -> Document:
        """Returns every key with its type, bounds, default and meaning, and the presets."""
        return self._read("/schema")

    def explain(self, target: Target, key: str) -> Document:
        """Returns the explanation of a key's value."""
        return self._read(f"/{quote(key, safe='')}/explain", **target.fields())

    def revisions(self, target: Target, limit: int) -> Document:
        """Returns the newest commits of a scope, at most `limit` (1-100)."""
        return self._read("/revisions", limit=str(limit), **target.fields())

    def diff(self, target: Target, before: str, after: str) -> Document:
        """Returns the changes between two revisions or snapshots."""
        return self._read("/diff", **target.fields(), **{"from": before, "to": after})

    def snapshots(self, target: Target) -> Document:
        """Returns the newest snapshots of a scope, at most 100."""
        return self._read("/snapshots", **target.fields())

    def commit(self, ops: Sequence[Mapping[str, Any]], options: WriteOptions) -> Document:
        """Commits all operations, or none."""
        return self._write("PATCH", "", {**options.target.fields(), "ops": list(ops)}, options)

    def snapshot(self, target: Target, label: str) -> Document:
        """Creates a snapshot of a scope."""
        return self._client.call("POST", "/v1/config/snapshots", json={**target.fields(), "label": label})  # type: ignore[no-any-return]

    def roll_back(self, snapshot_id: str, options: WriteOptions) -> Document:
        """Restores a snapshot in its own scope; of `options.target` only the persona counts."""
        named = {} if options.target.persona_id is None else {"persona_id": options.target.persona_id}
        return self._write("POST", f"/snapshots/{quote(snapshot_id, safe='')}/rollback", named, options)

    def apply_preset(self, name: str, options: WriteOptions) -> Document:
        """Applies a preset to a scope in one commit."""
        return self._write("POST", f"/presets/{quote(name, safe='')}/apply", options.target.fields(), options)

    def _read(self, path: str, **query: str) -> Document:
        return self._client.call("GET", f"/v1/config{path}", params=query)  # type: ignore[no-any-return]

    def _write(self, method: str, path: str, body: Document, options: WriteOptions) -> Document:
        body = {**body, "dry_run": options.dry_run}
        if options.reason is not None:
            body["reason"] = options.reason
        headers = {} if options.expected is None else {"If-Match": f'"{options.expected}"'}
        return self._client.call(method, f"/v1/config{path}", json=body, headers=headers)  # type: ignore[no-any-return]
