"""A tenant sees what the scopes above set, and not who set it and why; and which retries of webhooks are too fast."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fourfold.config.effective import settings_of
from fourfold.config.registry import registry
from tests.contract.api.config_calls import RETRIES, Settings, faults, put, with_key
from tests.contract.api.conftest import FULL_KEY, Api

SECRET = "Contract with Acme ends"
DELAYS = "api.webhooks.retry.delays_s"


@pytest.mark.parametrize("scope", ["system", "org"])
def test_reasons_and_keys_of_a_scope_above_are_withheld(api: Api, scope: str) -> None:
    operator, tenant = Settings(api, FULL_KEY), with_key(api, "ffk_tenant", "config:read", "config:write")
    operator.done(put(RETRIES, 2), scope=scope, reason=SECRET)
    operator.done(put(RETRIES, 1), scope=scope, reason=SECRET)
    kept = operator.snapshot(SECRET, scope)
    paths = (f"/{RETRIES}/explain", "/revisions", "/diff", "/snapshots", f"/snapshots/{kept['id']}")
    for path in paths:
        query = {"scope": scope} if path in {"/revisions", "/diff", "/snapshots"} else {}
        query |= {"from": "1", "to": "2"} if path == "/diff" else {}
        reply = api.call("GET", f"/v1/config{path}", tenant.key, params=query)
        assert reply.status_code == 200, path
        assert SECRET not in reply.text, path
        assert "key_ffk_full" not in reply.text, path
        assert "withheld" in reply.text, path
        shown = api.call("GET", f"/v1/config{path}", FULL_KEY, params=query).text
        assert "key_ffk_full" in shown, path
    assert tenant.value(RETRIES) == 1


def test_a_workspace_sees_its_own_reasons(api: Api) -> None:
    tenant = with_key(api, "ffk_tenant", "config:read", "config:write")
    tenant.done(put(RETRIES, 2), reason="Cheaper")
    assert tenant.get("/revisions")["data"][0]["reason"] == "Cheaper"
    assert tenant.get(f"/{RETRIES}/explain")["chain"][-1]["set_by"] == "key_ffk_tenant"


@pytest.mark.parametrize("delays", [[0] * 12, [0, 0], [0, 1, 1, 0], [0, 60, 60, 60, 1]])
def test_retries_that_hit_a_host_at_once_are_refused(api: Api, delays: list[int]) -> None:
    reply = Settings(api, FULL_KEY).commit(put(DELAYS, delays))
    assert (reply.status_code, faults(reply)) == (422, [("/ops/0/value", "invalid_value")])


@pytest.mark.parametrize("delays", [[0], [0, 1, 1, 1], [0, 2, 5, 10, 20, 40], [43_200] * 12])
def test_retries_that_are_spread_are_taken(api: Api, delays: list[int]) -> None:
    settings = Settings(api, FULL_KEY)
    settings.done(put(DELAYS, delays))
    assert settings.value(DELAYS) == delays


def test_a_schedule_that_an_earlier_version_stored_is_raised() -> None:
    found: Any = {name: SimpleNamespace(value=key.default) for name, key in registry().items()}
    found[DELAYS] = SimpleNamespace(value=[0] * 6)
    assert settings_of(found).api.webhooks.retry.delays_s == (0, 1, 1, 1, 10, 10)
