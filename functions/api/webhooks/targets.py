"""Checks the target of a webhook endpoint before it is stored (SSRF protection)."""

from __future__ import annotations

import os

from fourfold.http.problems import rejected
from fourfold.problem import FieldError
from fourfold.webhooks.target import TargetRefusedError, checked_addresses, parse_target, system_resolver

resolve = system_resolver


def require_public_target(url: str) -> None:
    """Resolves the host and checks that all its addresses are public.

    Raises:
        ProblemError: 422, the URL is not an allowed target, or its host cannot be resolved.
    """
    allow_loopback = os.environ.get("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK") == "1"
    try:
        checked_addresses(parse_target(url, allow_loopback=allow_loopback), resolve)
    except TargetRefusedError as refusal:
        raise rejected([FieldError(pointer="/url", code=refusal.code, detail=refusal.detail)]) from None
