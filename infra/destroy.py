"""`python -m infra.destroy <stage>`: delete an unprotected stage with all its data; the CDK CLI asks first.

A protected stage is refused. What other stages may use stays: the account's role for API Gateway's logs, the CDK's
bootstrap, and the providers' keys.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from infra.cdk_command import Cdk, cdk, with_context
from infra.settings import stage_settings

_KEPT = "Kept, because other stages may use them: API Gateway's log role, the CDK's bootstrap, the providers' keys.\n"


def main(arguments: Sequence[str], cdk: Cdk = cdk) -> int:
    """Returns the exit status: 1 where the stage is protected."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m infra.destroy <stage>\n")
        return 2
    [stage] = arguments
    try:
        settings = stage_settings(stage)
    except ValueError as unknown:
        sys.stderr.write(f"Nothing was deleted: {unknown}\n")
        return 1
    if settings.protected or settings.on_engine:
        sys.stderr.write(f"Nothing was deleted: {stage} is not a stage to delete by a command; see docs/deploy.md.\n")
        return 1
    status = cdk(["destroy", "--all", *with_context(stage, {"established": "none"})])
    if status == 0:
        sys.stdout.write(_KEPT)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
