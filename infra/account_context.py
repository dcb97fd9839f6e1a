"""The context values that depend on the account and not on the operator."""

from __future__ import annotations

from infra.account_clients import Clients
from infra.gateway_role import choose_gateway_account
from infra.reserved_concurrency import choose_concurrency
from infra.settings import StageSettings


def account_context(settings: StageSettings, clients: Clients) -> dict[str, str]:
    """The role of API Gateway's logs and the reservation of concurrency, chosen for this account.

    Raises:
        ClientError: the account cannot be read.
    """
    return {
        "gateway_account": choose_gateway_account(settings, clients),
        "concurrency": choose_concurrency(settings, clients),
    }
