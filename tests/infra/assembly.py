"""Reads a synthesized cloud assembly the way CloudFormation would: references resolved to what they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly on disk."""

    folder: Path

    @cached_property
    def data(self) -> dict[str, Any]:
        """The template of the data stack."""
        return self._json("FourfoldData.template.json")

    @cached_property
    def service(self) -> dict[str, Any]:
        """The template of the service stack."""
        return self._json("FourfoldService.template.json")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return self._json("manifest.json")

    @cached_property
    def validation(self) -> dict[str, Any]:
        """What the template checks reported."""
        return self._json("validation-report.json")

    def templates(self) -> Iterator[dict[str, Any]]:
        yield self.data
        yield self.service

    def resources(self, kind: str) -> dict[str, Resource]:
        """Logical id -> resource, of both stacks, for types that end with `kind`."""
        return {
            logical_id: resource
            for template in self.templates()
            for logical_id, resource in template["Resources"].items()
            if resource["Type"].endswith(kind)
        }

    def only(self, kind: str) -> Resource:
        """The one resource of this type."""
        (resource,) = self.resources(kind).values()
        return resource

    def one(self, kind: str, name: str) -> Resource:
        """The one resource of this type whose logical id is `name` and a hash."""
        (resource,) = (
            found for logical_id, found in self.resources(kind).items() if self.named({"Ref": logical_id}) == name
        )
        return resource

    def functions(self) -> dict[str, Resource]:
        """Folder under functions/ -> the function's properties."""
        return {
            resource["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: resource["Properties"]
            for resource in self.resources("Lambda::Function").values()
        }

    def code(self) -> Path:
        """The folder of the one code asset that all functions share."""
        (key,) = {properties["Code"]["S3Key"] for properties in self.functions().values()}
        return self.folder / f"asset.{key.removesuffix('.zip')}"

    def named(self, value: object) -> str:  # noqa: PLR0911 - a return for each form of reference
        """What a reference names, without the hash CDK appends: `Personas`, `RunFailuresQueue`, `AWS::Partition`."""
        match value:
            case str():
                return value
            case {"Ref": str(logical_id)} | {"Fn::GetAtt": [str(logical_id), *_]}:
                return re.sub(r"[0-9A-F]{8}$", "", logical_id)
            case {"Fn::ImportValue": str(export)}:
                return self.named(self._exports[export])
            case {"Fn::Join": [str(glue), list(parts)]}:
                return glue.join(self.named(part) for part in parts)
            case {"Fn::Select": [6, {"Fn::Split": [":", arn]}]}:
                return self.named(arn)  # the name in an ARN; with CDK, of the alias a stream or queue invokes
            case {"Fn::Sub": str(text)}:
                return text
            case {"Fn::Sub": [str(text), dict(values)]}:
                return re.sub(r"\$\{(\w+)\}", lambda name: self.named(values[name[1]]), text)
        raise AssertionError(f"a reference this reader does not know: {value}")

    def statements(self, role: str) -> list[tuple[frozenset[str], frozenset[str]]]:
        """The Allow statements of a role (named without hash), as (actions, resources)."""
        found = []
        for policy in self.resources("IAM::Policy").values():
            properties = policy["Properties"]
            if role in {self.named(attached) for attached in properties["Roles"]}:
                for statement in properties["PolicyDocument"]["Statement"]:
                    assert statement["Effect"] == "Allow"
                    found.append((self._set(statement["Action"]), self._set(statement["Resource"])))
        return found

    @cached_property
    def definition(self) -> dict[str, Any]:
        """The pipeline's definition, with names in place of references."""
        return self.definition_of("PipelineStateMachine")

    def definition_of(self, machine: str) -> dict[str, Any]:
        """A state machine's definition, with names in place of references."""
        text = self.named(self.one("StateMachine", machine)["Properties"]["DefinitionString"])
        definition: dict[str, Any] = json.loads(text)
        return definition

    @cached_property
    def _exports(self) -> dict[str, object]:
        return {
            output["Export"]["Name"]: output["Value"]
            for template in self.templates()
            for output in template["Outputs"].values()
            if "Export" in output
        }

    def _set(self, value: object) -> frozenset[str]:
        return frozenset(self.named(one) for one in (value if isinstance(value, list) else [value]))

    def _json(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / name).read_text())
        return content
