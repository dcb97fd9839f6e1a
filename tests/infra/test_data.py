"""What must not be lost."""

from __future__ import annotations

from typing import Any

from tests.infra.assembly import Assembly

# A table under another logical id is another, empty table.
STATEFUL = {
    "Personas81CCBD37",
    "RunEvents6C51A50D",
    "IdempotencyC15CBC33",
    "ApiKeys3BB3983D",
    "Config57D1D894",
    "Outbox27BBF20A",
    "Connections827CEF2F",
    "WebhooksA50342DA",
    "EventBus7B8748AA",
    "WebhookKeyFF363931",
}
KEYS = {
    "Personas": [("pk", "S", "HASH"), ("sk", "S", "RANGE")],
    "RunEvents": [("pk", "S", "HASH"), ("sk", "N", "RANGE")],
    "Idempotency": [("id", "S", "HASH")],
    "ApiKeys": [("pk", "S", "HASH")],
    "Config": [("pk", "S", "HASH"), ("sk", "S", "RANGE")],
    "Outbox": [("pk", "S", "HASH")],
    "Connections": [("pk", "S", "HASH"), ("sk", "S", "RANGE")],
    "Webhooks": [("pk", "S", "HASH"), ("sk", "S", "RANGE")],
}


def tables(assembly: Assembly) -> dict[str, dict[str, Any]]:
    found = assembly.resources("DynamoDB::Table") | assembly.resources("DynamoDB::GlobalTable")
    return {logical_id[:-8]: resource for logical_id, resource in found.items()}


def settings_of_replicas(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Where backup and protection are set: on the table, or on each replica of a global one."""
    replicas: list[dict[str, Any]] = table["Properties"].get("Replicas", [table["Properties"]])
    return replicas


def test_logical_ids_of_stateful_resources_stay(prod: Assembly, local: Assembly) -> None:
    assert set(prod.data["Resources"]) == STATEFUL
    assert set(local.data["Resources"]) == STATEFUL


def test_tables_have_the_agreed_keys(prod: Assembly) -> None:
    for name, table in tables(prod).items():
        properties = table["Properties"]
        kinds = {field["AttributeName"]: field["AttributeType"] for field in properties["AttributeDefinitions"]}
        keys = [(key["AttributeName"], kinds[key["AttributeName"]], key["KeyType"]) for key in properties["KeySchema"]]
        assert keys == KEYS[name], name
        assert properties["BillingMode"] == "PAY_PER_REQUEST", name
    assert set(tables(prod)) == set(KEYS)


def test_every_table_can_be_restored_to_any_second(prod: Assembly, local: Assembly) -> None:
    for assembly in (prod, local):
        for name, table in tables(assembly).items():
            for replica in settings_of_replicas(table):
                assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, name


def test_production_refuses_to_lose_data(prod: Assembly) -> None:
    for name, table in tables(prod).items():
        # But for the rollback of a creation that failed, which must leave no bus of a fixed name in the next one's way.
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), name
        assert all(replica["DeletionProtectionEnabled"] is True for replica in settings_of_replicas(table)), name
    for stack in ("FourfoldData", "FourfoldService"):
        assert prod.manifest["artifacts"][stack]["properties"]["terminationProtection"] is True


def test_the_key_of_secrets_is_rotated_and_kept_as_the_tables_are(prod: Assembly, dev: Assembly) -> None:
    for assembly, policy in ((prod, "RetainExceptOnCreate"), (dev, "Delete")):
        key = assembly.only("KMS::Key")
        assert key["Properties"]["EnableKeyRotation"] is True
        assert key["DeletionPolicy"] == policy


def test_laptop_and_dev_can_be_deleted_as_a_whole(local: Assembly, dev: Assembly) -> None:
    for assembly in (local, dev):
        for name, table in tables(assembly).items():
            assert table["DeletionPolicy"] == "Delete", name
            assert not any(replica["DeletionProtectionEnabled"] for replica in settings_of_replicas(table)), name
        for stack in ("FourfoldData", "FourfoldService"):
            assert not assembly.manifest["artifacts"][stack]["properties"].get("terminationProtection")
    for template in dev.templates():
        kept = {name for name, resource in template["Resources"].items() if resource.get("DeletionPolicy") == "Retain"}
        assert kept == set(), "nothing but the data a deletion asks about"


def test_logs_and_events_are_streamed_and_old_ones_expire(prod: Assembly) -> None:
    ttl = {
        name: table["Properties"]["TimeToLiveSpecification"]["AttributeName"]
        for name, table in tables(prod).items()
        if "TimeToLiveSpecification" in table["Properties"]
    }
    assert ttl == {
        "RunEvents": "expires_at",
        "Idempotency": "expiration",
        "Outbox": "expires_at",
        "Connections": "expires_at",
        "Webhooks": "expires_at",
    }
    streams = {
        name: table["Properties"]["StreamSpecification"]["StreamViewType"]
        for name, table in tables(prod).items()
        if "StreamSpecification" in table["Properties"]
    }
    assert streams == {"RunEvents": "NEW_IMAGE", "Outbox": "NEW_IMAGE"}


def test_the_bus_is_found_by_name(prod: Assembly, local: Assembly) -> None:
    assert prod.only("Events::EventBus")["Properties"]["Name"] == "fourfold-prod"
    assert local.only("Events::EventBus")["Properties"]["Name"] == "fourfold-local"
