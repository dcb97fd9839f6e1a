"""The checks of an account for one stage, in the order of the screen.

A check that the credentials do not allow is a note with the missing permission, not a reason to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.account_clients import Clients
from infra.preflight import account, concurrency, provider_keys
from infra.preflight.findings import Finding
from infra.settings import StageSettings


@dataclass(frozen=True, slots=True)
class Target:
    """Where a stage goes. `region` is None where the environment names none."""

    settings: StageSettings
    region: str | None
    clients: Clients


Check = Callable[[Target], Iterable[Finding]]

_CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("Bootstrap", lambda target: account.bootstrap(target.clients("ssm"), target.region)),
    ("Stacks", lambda target: account.stacks(target.clients("cloudformation"), target.settings)),
    ("Log role", lambda target: account.log_role(target.settings)),
    ("Concurrency", lambda target: concurrency.check(target.clients("lambda"), target.settings)),
    ("Alarms", lambda target: account.alarms(target.settings)),
    ("Domain", lambda target: account.domain(target.clients, target.settings)),
    ("Keys", lambda target: provider_keys.check(target.clients, target.settings)),
)


def run(target: Target, providers_given: str) -> list[Finding]:
    """Every finding. Without an account or a region only those are reported.

    Args:
        target: the stage and where it goes.
        providers_given: the context value `providers` as typed; empty means that none was given.
    """
    found = [account.providers(target.settings, providers_given)]
    identity = account.identity(target.clients, target.region)
    found.append(identity)
    if identity.level == "missing":
        return found
    for subject, check in _CHECKS:
        try:
            found += check(target)
        except ClientError as error:
            code, operation = error.response.get("Error", {}).get("Code", ""), error.operation_name
            found.append(Finding("note", subject, f"not checked: {operation} answered {code}"))
        except BotoCoreError as error:
            found.append(Finding("note", subject, f"not checked: {type(error).__name__}"))
    return found
