"""Homes of local servers that store copies of one persona: made once, then filled to each size."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx

from benchmarks.scale_database import TABLES, fill_database
from benchmarks.scale_store import Filled, Original
from benchmarks.server import served
from fourfold.storage.table import Table
from fourfold.storage.webhooks.items import SHARDS, deliveries_pk, delivery_of
from fourfold.webhooks.delivery import Delivery
from infra.local.engine import REGION
from infra.local.home import Home
from infra.local.stack import WORKSPACE_ID
from infra.settings import DATA, stage_settings

_BRIEF = "A ferry pilot, 50, in Bergen, who cannot sleep ashore"
_PATIENCE_S = 300


@dataclass(frozen=True)
class Seed:
    """A stopped server's home that has one persona with the results of both jobs, and one webhook endpoint."""

    home: Home
    original: Original
    delivery: Delivery
    endpoint_id: str
    tables: Mapping[str, str]

    def filled(self, folder: Path, count: int, complete: int) -> Filled:
        """Makes a home in `folder` with `count` copies of the persona (see `fill_database`)."""
        shutil.copytree(self.home.root, folder, ignore=shutil.ignore_patterns("server.json", "lock"))
        return fill_database(
            Home(folder).database, self.tables, self.original, count, complete=complete, delivery=self.delivery
        )


def made_seed(folder: Path) -> Seed:
    """Makes the seed's persona through the API; automatic jobs are off after that."""
    home = Home(folder)
    with served(folder) as stack:
        with stack.client() as http:
            endpoint_id, persona_id = _made_through_api(http)
        stack.without_jobs()
        names = table_names(home)
        client = engine_client(home, "dynamodb")
        personas, events, webhooks = (Table(client, names[table]) for table in TABLES)
        original = Original.read(personas, events, WORKSPACE_ID, persona_id)
        shards = (webhooks.query(deliveries_pk(endpoint_id, shard)) for shard in range(SHARDS))
        delivery = next(delivery_of(item) for shard in shards for item in shard)
    return Seed(home, original, delivery, endpoint_id, names)


def engine_client(home: Home, service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    """A client of the engine that serves this home, as the account's root."""
    server = home.running_server()
    if server is None:
        raise RuntimeError(f"no server runs in {home.root}")
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=server.engine_url,
        region_name=REGION,
        aws_access_key_id=server.root_key,
        aws_secret_access_key=server.root_key,
    )


def table_names(home: Home) -> dict[str, str]:
    """The names of TABLES."""
    stacks = engine_client(home, "cloudformation").describe_stacks(StackName=stage_settings("local").stack_name(DATA))
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks["Stacks"][0]["Outputs"]}
    return {table: outputs[f"{table.title().replace('_', '')}TableName"] for table in TABLES}


def _made_through_api(http: httpx.Client) -> tuple[str, str]:
    """The ids of an endpoint, where no server listens, and of a persona whose jobs have ended."""
    endpoint = http.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/in", "events": ["persona.created"]})
    persona_id = str(http.post("/v1/personas", json={"intent": _BRIEF}).raise_for_status().json()["id"])
    for job in ("fingerprint", "test-suite"):
        until = time.monotonic() + _PATIENCE_S
        while http.get(f"/v1/personas/{persona_id}/{job}").raise_for_status().json()["status"] != "ready":
            if time.monotonic() > until:
                raise TimeoutError(f"the {job} of the first persona is not ready")
            time.sleep(1)
    return str(endpoint.raise_for_status().json()["id"]), persona_id
