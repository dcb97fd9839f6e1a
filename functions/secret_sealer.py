"""Seals secrets with the KMS key of the stage, which only its functions may use."""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config

from fourfold.aws import client
from fourfold.made_once import MadeOnce

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient

# Secrets that a process keeps opened, so that a busy endpoint does not cost a call for each delivery.
_MAX_OPENED = 1000


class KmsSealer:
    """Implements `fourfold.webhooks.sealing.SecretSealer`: one KMS call to seal, one to open unless kept."""

    def seal(self, text: str, bound_to: str) -> str:
        """Encrypts with the key named by FOURFOLD_WEBHOOKS_KEY.

        Raises:
            ClientError, BotoCoreError: KMS failed.
        """
        key = os.environ["FOURFOLD_WEBHOOKS_KEY"]
        blob = kms().encrypt(KeyId=key, Plaintext=text.encode(), EncryptionContext=_context(bound_to))["CiphertextBlob"]
        return base64.b64encode(blob).decode()

    def open(self, ciphertext: str, bound_to: str) -> str:
        """Decrypts, once in a process for each secret.

        Raises:
            ClientError, BotoCoreError: KMS failed, or the ciphertext is not that of `bound_to`.
        """
        return opened(ciphertext, bound_to)


@lru_cache(_MAX_OPENED)
def opened(ciphertext: str, bound_to: str) -> str:
    """The text of a ciphertext, kept in this process."""
    key, blob = os.environ["FOURFOLD_WEBHOOKS_KEY"], base64.b64decode(ciphertext)
    return kms().decrypt(KeyId=key, CiphertextBlob=blob, EncryptionContext=_context(bound_to))["Plaintext"].decode()


def _context(endpoint_id: str) -> dict[str, str]:
    return {"endpoint": endpoint_id}


@MadeOnce
def kms() -> KMSClient:
    """The KMS client."""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return cast("KMSClient", client("kms", config))
