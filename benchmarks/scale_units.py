"""Counts the DynamoDB requests and units of each request on a running local server's store.

`python -m benchmarks.scale_units <home> <persona> <run> <endpoint>` prints them as JSON: the API's app is in this
process, since a client counts only its own requests, and its tables are the server's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

from starlette.testclient import TestClient

from benchmarks.scale_home import engine_client
from benchmarks.scale_requests import Places, requests
from fourfold.llm.model_names import OFFLINE
from fourfold.models.credentials import PROVIDERS, usable_providers
from fourfold.storage.client import dynamodb
from functions.api.app import create_app
from infra.local.engine import REGION
from infra.local.home import REPOSITORY, Home
from infra.local.stack import API_HANDLER
from tests.dynamo_meter import DynamoMeter

Units = dict[str, tuple[int, float, float]]
"""DynamoDB requests, read units and write units by the name of the API's request."""


def counted(home: Home, places: Places) -> Units:
    """Counts in a process of its own: an app keeps its clients."""
    command = [sys.executable, "-m", "benchmarks.scale_units", str(home.root), *astuple(places)]
    # The last line: metrics are printed before it.
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True, text=True)
    return {name: (units[0], units[1], units[2]) for name, units in json.loads(done.stdout.splitlines()[-1]).items()}


def _count(home: Home, places: Places) -> Units:
    client = TestClient(create_app(), headers={"Authorization": f"Bearer {home.api_key()}"})
    for request in requests(places, 0, waiting=False):  # what a process reads once
        request.send(client)
    meter = DynamoMeter(dynamodb(), engine_client(home, "dynamodb"))
    found: Units = {}
    for request in requests(places, 1, waiting=False):
        with meter.during() as usage:
            request.send(client)
        found[request.name] = usage.requests.total(), usage.read_units, usage.write_units
    return found


def _become_api(home: Home) -> None:
    """Takes the environment of the deployed API function, and the root's credentials."""
    server = home.running_server()
    if server is None:
        raise RuntimeError(f"no server runs in {home.root}")
    functions = engine_client(home, "lambda").list_functions()["Functions"]
    api = next(function for function in functions if function["Handler"].endswith(API_HANDLER))
    os.environ.update(
        api["Environment"]["Variables"],
        **{PROVIDERS: ",".join(usable_providers(os.environ)) or OFFLINE},
        AWS_ENDPOINT_URL=server.engine_url,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID=server.root_key,
        AWS_SECRET_ACCESS_KEY=server.root_key,
    )


if __name__ == "__main__":
    _home = Home(Path(sys.argv[1]))
    _become_api(_home)
    print(json.dumps(_count(_home, Places(*sys.argv[2:5]))))
