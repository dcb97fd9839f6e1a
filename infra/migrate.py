"""Converts the data that an earlier version of fourfold stored: `python -m infra.migrate [--stage dev]`.

This version answers 503 `store_outdated` for data that is not converted, and leaves it as it is. So deploy it first,
wait until no function of the earlier version runs any more (15 minutes, the longest time of a function), then convert.
With a stage its tables on AWS are converted, with credentials from the environment; without one those of the server
that runs in this home ($FOURFOLD_HOME, or .local). A conversion may be interrupted, and started again at any time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from fourfold.errors import LocalError
from fourfold.storage.conversion.convert import Converted, convert
from infra.local.engine import REGION
from infra.local.home import Home
from infra.settings import DATA, STAGES, stage_settings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

_LOCAL = "local"
_LISTED = 20


class NotServingError(LocalError):
    """No server runs in the home, so the local store cannot be reached."""


def main(arguments: Sequence[str]) -> int:
    """Converts, and reports on standard error. Returns 1 if it could not, or if items are left, else 0."""
    parser = argparse.ArgumentParser(prog="python -m infra.migrate", description="Convert data of an earlier version.")
    parser.add_argument("--stage", choices=[name for name in STAGES if name != _LOCAL], help="default: this machine")
    stage = parser.parse_args(arguments).stage or _LOCAL
    try:
        connection = {} if stage != _LOCAL else _engine(Home.default())
        client, tables = boto3.client("dynamodb", **connection), _tables(stage, connection)
        done = convert(client, tables["PersonasTableName"], tables["WebhooksTableName"], _report)
    except (LocalError, BotoCoreError, ClientError) as failure:
        sys.stderr.write(f"The conversion is not complete: {failure}\n")
        return 1
    sys.stderr.writelines(f"{line}\n" for line in _summary(done))
    return 1 if done.left else 0


def _engine(home: Home) -> dict[str, Any]:
    """Arguments of boto3 clients for the engine that runs in `home`.

    Raises:
        NotServingError: none does.
    """
    server = home.running_server()
    if server is None:
        raise NotServingError(f"no server runs in {home.root}. Start it with `make up` and keep it running.")
    return {
        "endpoint_url": server.engine_url,
        "region_name": REGION,
        "aws_access_key_id": server.root_key,
        "aws_secret_access_key": server.root_key,
    }


def _tables(stage: str, connection: dict[str, Any]) -> dict[str, str]:
    """The outputs of the stage's data stack."""
    cloudformation: CloudFormationClient = boto3.client("cloudformation", **connection)
    [stack] = cloudformation.describe_stacks(StackName=stage_settings(stage).stack_name(DATA))["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _report(done: Converted) -> None:
    sys.stderr.write(f"{done.personas} personas, {done.stored} items stored\n")


def _summary(done: Converted) -> Iterator[str]:
    if not done.deleted and not done.left:
        yield "There is nothing to convert."
        return
    yield (
        f"Converted {done.personas} personas: {done.stored} items stored, {done.kept} were stored before, "
        f"{done.deleted} items of the earlier version deleted ({done.dropped} of them had served a job that is over)."
    )
    if done.left:
        yield f"{len(done.left)} items are of no known kind and were left as they are:"
        yield from (f"  {sort_key}" for sort_key in done.left[:_LISTED])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
