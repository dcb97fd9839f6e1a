"""What consumers of the bus use: the schema of every event in a registry, and a year of events to replay.

Both are in every stage's template under one condition, whose parameter a stage's settings decide.
"""

from __future__ import annotations

import json

from aws_cdk import CfnCondition, CfnParameter, Duration, Fn
from aws_cdk import aws_events as events
from aws_cdk import aws_eventschemas as schemas
from constructs import Construct

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.draft4 import draft4
from fourfold.events.envelope import SOURCE
from fourfold.events.schema import detail_schema
from infra.settings import StageSettings

_ARCHIVED = Duration.days(365)


class EventCatalogue(Construct):
    """The registry `fourfold-<stage>` with a schema `fourfold@<detail type>` for each event, and the bus's archive."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings, bus: events.IEventBus) -> None:
        super().__init__(scope, construct_id)
        wanted = CfnParameter(
            self,
            "Wanted",
            allowed_values=["yes", "no"],
            default="yes" if settings.catalogued else "no",
            description="Publish the events' schemas and archive the events",
        )
        catalogued = CfnCondition(self, "Catalogued", expression=Fn.condition_equals(wanted.value_as_string, "yes"))
        registry = schemas.CfnRegistry(
            self,
            "Registry",
            registry_name=f"fourfold-{settings.name}",
            description="Events on the bus of the same name",
        )
        registry.cfn_options.condition = catalogued
        for event_type in EVENT_TYPES:
            name = event_type.detail_type
            schema = schemas.CfnSchema(
                self,
                "".join(word.capitalize() for word in name.replace("_", ".").split(".")),
                registry_name=registry.attr_registry_name,
                schema_name=f"{SOURCE}@{name}",
                type="JSONSchemaDraft4",
                description=(event_type.__doc__ or "").split("\n", 1)[0],
                content=json.dumps(draft4(detail_schema(event_type)), sort_keys=True, separators=(",", ":")),
            )
            schema.cfn_options.condition = catalogued
        archive = events.CfnArchive(
            self,
            "Archive",
            source_arn=bus.event_bus_arn,
            description="Every event of fourfold",
            event_pattern={"source": [SOURCE]},
            retention_days=int(_ARCHIVED.to_days()),
        )
        archive.cfn_options.condition = catalogued
