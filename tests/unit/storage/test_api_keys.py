"""API keys are found by their text and stored without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEY = ApiKey(key_id="key_1", org_id="org_a", workspace_id="ws_a", scopes=frozenset({"personas:read"}))


def test_a_key_is_found_by_its_text_only(dynamodb: DynamoDBClient) -> None:
    keys = DynamoApiKeys(dynamodb, "api-keys")
    keys.put("ff_test_secret", KEY)
    assert keys.find("ff_test_secret") == KEY
    assert keys.find("ff_test_other") is None


def test_the_text_is_not_stored(dynamodb: DynamoDBClient) -> None:
    DynamoApiKeys(dynamodb, "api-keys").put("ff_test_secret", KEY)
    assert "ff_test_secret" not in str(dynamodb.scan(TableName="api-keys")["Items"])
