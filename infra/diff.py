"""`python -m infra.diff <stage> [-c name=value ...]`: what a deployment with these values would change.

It compares with what is deployed, so it passes the same context as `infra.deploy`; otherwise locks, the account's
role and reservations would appear as changes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.account_clients import clients_of
from infra.account_context import account_context
from infra.cdk_command import Cdk, cdk, context_of, with_context
from infra.settings import stage_settings
from infra.stack_status import established


def main(arguments: Sequence[str], cdk: Cdk = cdk, session: boto3.Session | None = None) -> int:
    """Returns the exit status of `cdk diff`."""
    if not arguments:
        sys.stderr.write("usage: python -m infra.diff <stage> [-c name=value ...]\n")
        return 2
    stage, *options = arguments
    session = session or boto3.Session()
    try:
        given = context_of(options)
        settings = stage_settings(stage, **given)
        created = established(settings, session.client("cloudformation"))
        found = {"established": ",".join(created) or "none"}
        found |= account_context(settings, clients_of(session))
        return cdk(["diff", *with_context(stage, {**found, **given})])
    except (ValueError, BotoCoreError, ClientError) as unusable:
        sys.stderr.write(f"No comparison: {unusable}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
