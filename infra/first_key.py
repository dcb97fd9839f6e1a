"""The first API key of a workspace on AWS: `python -m infra.first_key --stage dev --org org_acme --workspace ws_acme`.

The API makes a key only for the holder of another one, so the first key is written to the stage's table directly, with
AWS credentials from the environment. It has every scope of a tenant; with `--operator` also those that change the
settings of the org and of the whole deployment. Its text is printed once, alone on standard output.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3

from fourfold.http.scopes import SCOPES
from fourfold.ids import id_from_operation, new_operation_id
from fourfold.keys import KeyEnvironment, key_preview, new_key_text
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from infra.settings import DEFAULT_STAGE, STAGES

# Settings above a workspace apply to other tenants too: only the operator may change them.
_OPERATORS = frozenset({"config:write:org", "config:write:system"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def main(arguments: Sequence[str]) -> int:
    """Makes the key. Returns 0; arguments that cannot be parsed end the process with argparse's own status."""
    parser = argparse.ArgumentParser(prog="python -m infra.first_key", description="Make the first key of a workspace.")
    parser.add_argument("--stage", choices=[name for name in STAGES if name != "local"], default=DEFAULT_STAGE)
    parser.add_argument("--org", required=True, type=_name, help="owner of the workspace, such as org_acme")
    parser.add_argument("--workspace", required=True, type=_name, help="such as ws_acme")
    parser.add_argument(
        "--operator", action="store_true", help="may also change settings of the org and of the whole deployment"
    )
    asked = parser.parse_args(arguments)
    table = _table(asked.stage)
    text = new_key_text(KeyEnvironment.LIVE)
    shown = key_preview(text)
    key = ApiKey(
        key_id=id_from_operation("key", new_operation_id()),
        org_id=asked.org,
        workspace_id=asked.workspace,
        scopes=frozenset(SCOPES) - (frozenset() if asked.operator else _OPERATORS),
        name="First key",
        environment=KeyEnvironment.LIVE,
        prefix=shown.prefix,
        last_four=shown.last_four,
        created_at=datetime.now(UTC),
    )
    keys = DynamoApiKeys(boto3.client("dynamodb"), table)
    owner = keys.org_of(asked.workspace)
    if owner not in {None, asked.org}:
        parser.error(f"{asked.workspace} belongs to {owner}")
    keys.create(text, key)
    sys.stderr.write(f"{key.key_id} may do everything in {asked.workspace}. Keep this key: it is shown this once.\n")
    sys.stdout.write(text + "\n")
    return 0


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: use lower-case letters, digits, _ and -")
    return text


def _table(stage: str) -> str:
    """The name of the stage's ApiKeys table, from the outputs of its data stack."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=f"fourfold-{stage}-data")["Stacks"]
    return next(output["OutputValue"] for output in stack["Outputs"] if output["OutputKey"] == "ApiKeysTableName")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
