"""The first key of a workspace on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fourfold.http.scopes import SCOPES
from fourfold.storage.keys.api_keys import DynamoApiKeys
from infra import first_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

WHERE = ["--org", "org_acme", "--workspace", "ws_acme"]


@pytest.fixture
def keys(dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> DynamoApiKeys:
    monkeypatch.setattr(first_key, "_table", lambda _stage: "api-keys")
    return DynamoApiKeys(dynamodb, "api-keys")


def test_it_is_printed_and_opens_everything_in_its_workspace(
    keys: DynamoApiKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    assert first_key.main(["--stage", "prod", *WHERE]) == 0
    key = keys.find(capsys.readouterr().out.strip())
    assert key is not None
    above = {"config:write:org", "config:write:system"}
    assert (key.org_id, key.workspace_id, key.scopes) == ("org_acme", "ws_acme", frozenset(SCOPES) - above)
    assert keys.org_of("ws_acme") == "org_acme"


def test_an_operators_key_reaches_settings_of_everybody(
    keys: DynamoApiKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    assert first_key.main(["--operator", *WHERE]) == 0
    key = keys.find(capsys.readouterr().out.strip())
    assert key is not None
    assert key.scopes == frozenset(SCOPES)


def test_a_workspace_does_not_move_to_another_org(keys: DynamoApiKeys, capsys: pytest.CaptureFixture[str]) -> None:
    first_key.main(WHERE)
    with pytest.raises(SystemExit):
        first_key.main(["--org", "org_other", "--workspace", "ws_acme"])
    assert "belongs to org_acme" in capsys.readouterr().err
    assert keys.org_of("ws_acme") == "org_acme"


@pytest.mark.parametrize("workspace", ["", "WS", "a#b", "x" * 64])
def test_what_is_no_name_is_refused(keys: DynamoApiKeys, workspace: str) -> None:
    with pytest.raises(SystemExit):
        first_key.main(["--org", "org_acme", "--workspace", workspace])
    assert keys.org_of(workspace or "x") is None
