"""What the tests of the settings ask of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from tests.contract.api.conftest import FULL_KEY, Api

RETRIES = "engine.pipeline.audit.max_retries"
SCORE = "engine.pipeline.audit.min_overall_score"
SOUL_MODEL = "engine.pipeline.soul_draft.model"
FALLBACK = "engine.pipeline.soul_draft.fallback"
REQUESTS = "api.limits.requests_per_minute"


def put(key: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "key": key, "value": value}


def unset(key: str) -> dict[str, Any]:
    return {"op": "unset", "key": key}


def lock(key: str, **more: Any) -> dict[str, Any]:
    return {"op": "lock", "key": key, **more}


def unlock(key: str) -> dict[str, Any]:
    return {"op": "unlock", "key": key}


@dataclass
class Settings:
    """The settings as one key sees them."""

    api: Api
    key: str = FULL_KEY

    def commit(
        self, *ops: dict[str, Any], scope: str = "workspace", if_match: str | None = None, **body: Any
    ) -> httpx.Response:
        headers = {} if if_match is None else {"If-Match": if_match}
        body = {"scope": scope, "ops": list(ops), **body}
        return self.api.call("PATCH", "/v1/config", self.key, json=body, headers=headers)

    def done(self, *ops: dict[str, Any], scope: str = "workspace", **body: Any) -> Any:
        """A commit that is taken."""
        reply = self.commit(*ops, scope=scope, **body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def get(self, path: str = "", **query: Any) -> Any:
        reply = self.api.call("GET", f"/v1/config{path}", self.key, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def of(self, key: str, scope: str = "workspace") -> Any:
        """What the effective view tells of one key."""
        [found] = self.get(scope=scope, prefix=key)["data"]
        return found

    def value(self, key: str, scope: str = "workspace") -> Any:
        return self.of(key, scope)["value"]

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.api.call("POST", f"/v1/config{path}", self.key, json=body or {}, headers=headers)

    def snapshot(self, label: str = "kept", scope: str = "workspace") -> Any:
        reply = self.post("/snapshots", {"scope": scope, "label": label})
        assert reply.status_code == 201, reply.text
        return reply.json()


def with_key(api: Api, secret: str, *scopes: str, workspace: str = "ws_one", org: str = "org") -> Settings:
    """The settings as the holder of a key of these scopes sees them."""
    DynamoApiKeys(api.tables, "api-keys").put(secret, ApiKey(f"key_{secret}", org, workspace, frozenset(scopes)))
    return Settings(api, secret)


def faults(reply: httpx.Response) -> list[tuple[str, str]]:
    """Pointer and code of everything a problem names."""
    return [(each["pointer"], each["code"]) for each in reply.json()["errors"]]
