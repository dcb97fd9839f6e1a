"""Signing secrets at rest: what is stored opens for its endpoint only, and what was stored in plain still signs."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from fourfold.webhooks.endpoint import Endpoint, new_endpoint
from fourfold.webhooks.sealing import opened, sealed
from functions import secret_sealer
from functions.secret_sealer import KmsSealer
from tests.builders import START
from tests.unit.webhooks.conftest import ReversingSealer, World


def endpoint() -> Endpoint:
    return new_endpoint("ws_a", "https://example.com/", ["*"], None, START)


def test_a_sealed_endpoint_opens_to_what_it_was() -> None:
    made = endpoint()
    stored = sealed(made, ReversingSealer())
    assert made.secrets[0].secret not in stored.model_dump_json()
    assert sealed(stored, ReversingSealer()) == stored, "sealed once"
    assert opened(stored, ReversingSealer()) == made


def test_a_secret_stored_before_there_was_a_key_still_opens() -> None:
    made = endpoint()
    assert opened(made, ReversingSealer()) == made


def test_a_rotated_endpoint_keeps_the_sealed_secret_and_seals_the_new_one(world: World) -> None:
    old = world.endpoint()
    rotated = world.again(old).rotated(world.now(), timedelta(hours=1))
    assert world.store.save(sealed(rotated, world.sealer))
    secrets = [held.secret for held in opened(world.again(old), world.sealer).secrets]
    assert secrets == [rotated.secrets[0].secret, old.secrets[0].secret]
    assert not any(secret in str(world.tables.scan(TableName="webhooks")["Items"]) for secret in secrets)


def test_kms_opens_for_the_endpoint_it_sealed_for_and_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        for kept in (secret_sealer.kms, secret_sealer.opened):
            kept.cache_clear()
        monkeypatch.setenv("FOURFOLD_WEBHOOKS_KEY", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
        ciphertext = KmsSealer().seal("whsec_c2hvd24=", "whk_1")
        assert "whsec" not in ciphertext
        with pytest.raises(ClientError):
            KmsSealer().open(ciphertext, "whk_2")
        assert KmsSealer().open(ciphertext, "whk_1") == "whsec_c2hvd24="
        secret_sealer.kms.cache_clear()
