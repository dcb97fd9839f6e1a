"""Deploy a cloud assembly through CloudFormation as the CDK CLI does, in seconds instead of tens of seconds."""

from __future__ import annotations

import io
import json
import py_compile
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from fourfold.errors import LocalError
from infra.local.assembly import Assembly
from infra.local.bridges.saved_state import DEPLOYED
from infra.local.engine import ACCOUNT, REGION, Client
from infra.local.services import unknown_types

BOOTSTRAP_VERSION = ("/cdk-bootstrap/hnb659fds/version", "30")
POLL_SECONDS = 0.1
DEPLOY_SECONDS = 120
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]

Clients = Callable[[str], Client]


class DeployError(LocalError):
    """A stack could not be created or updated; the text lists the resources that failed and why."""


def is_deployed(clients: Clients, digest: str) -> bool:
    """Whether the engine's saved state names this assembly as the deployed one.

    The name is part of that state, so a state that is older than the assembly is deployed to again.
    """
    return _parameter(clients("ssm"), DEPLOYED) == digest


def deploy(clients: Clients, assembly: Assembly) -> None:
    """Create or update every stack of the assembly, each after those it depends on.

    Raises:
        DeployError: a stack failed, or has a resource type whose state would not be kept.
    """
    ssm = clients("ssm")
    ssm.put_parameter(Name=BOOTSTRAP_VERSION[0], Value=BOOTSTRAP_VERSION[1], Type="String", Overwrite=True)
    for name, artifact in stacks_in_order(assembly.manifest()["artifacts"]):
        refused = unknown_types(assembly.folder / artifact["properties"]["templateFile"])
        if refused:
            raise DeployError(f"infra/local/services.py does not know how to keep {', '.join(sorted(refused))}")
        template = _publish(clients, assembly, artifact)
        _apply(clients("cloudformation"), artifact["properties"].get("stackName", name), template)
    ssm.put_parameter(Name=DEPLOYED, Value=assembly.digest, Type="String", Overwrite=True)


def expiring_tables(cloudformation: Client) -> dict[str, str]:
    """The deployed tables whose items have a time to live: table name -> attribute with the time."""
    found = {}
    for stack in cloudformation.describe_stacks()["Stacks"]:
        name = stack["StackName"]
        template = cloudformation.get_template(StackName=name)["TemplateBody"]
        for logical_id, resource in template["Resources"].items():
            expiry = resource.get("Properties", {}).get("TimeToLiveSpecification", {})
            if expiry.get("Enabled"):
                table = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
                found[table["StackResourceDetail"]["PhysicalResourceId"]] = expiry["AttributeName"]
    return found


def _parameter(ssm: Client, name: str) -> str | None:
    try:
        value: str = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return None
    return value


def stacks_in_order(artifacts: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The stacks among an assembly's artifacts by name, each after those it depends on."""
    ordered: dict[str, dict[str, Any]] = {}

    def visit(name: str) -> None:
        artifact = artifacts[name]
        for dependency in artifact.get("dependencies", []):
            visit(dependency)
        if artifact["type"] == "aws:cloudformation:stack":
            ordered.setdefault(name, artifact)

    for name in artifacts:
        visit(name)
    return list(ordered.items())


def _publish(clients: Clients, assembly: Assembly, artifact: dict[str, Any]) -> str:
    """Upload the files that the stack names; returns the address of its template."""
    s3 = clients("s3")
    for dependency in artifact.get("dependencies", []):
        listing = assembly.folder / f"{dependency}.json"
        if dependency.endswith(".assets") and listing.exists():
            for file in json.loads(listing.read_text(encoding="utf-8"))["files"].values():
                _upload(s3, assembly.folder, file["source"], file["destinations"])
    template = _resolved(artifact["properties"]["stackTemplateAssetObjectUrl"]).removeprefix("s3://")
    return f"{s3.meta.endpoint_url}/{template}"


def _upload(s3: Client, folder: Path, source: dict[str, Any], destinations: dict[str, Any]) -> None:
    """Upload an asset to its destinations, unless it is there: keys are hashes of the content."""
    path, body = folder / source["path"], b""
    for destination in destinations.values():
        bucket, key = _resolved(destination["bucketName"]), _resolved(destination["objectKey"])
        _make_bucket(s3, bucket)
        if s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)["KeyCount"] == 0:
            body = body or (zipped(path) if source.get("packaging") == "zip" else path.read_bytes())
            s3.put_object(Bucket=bucket, Key=key, Body=body)


def _make_bucket(s3: Client, bucket: str) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        s3.create_bucket(Bucket=bucket)


def zipped(folder: Path) -> bytes:
    """The folder as a zip file that includes the bytecode of its modules.

    Without it every worker would compile its copy of the code at each cold start. The bytecode is of the unchecked
    kind, because unpacking does not keep the sources' time stamps.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder)
            archive.write(path, name)
            if path.suffix == ".py":
                archive.writestr(str(_cache_name(name)), _bytecode(path, name))
    return buffer.getvalue()


def _cache_name(name: Path) -> Path:
    return Path(cache_from_source(str(name)))


def _bytecode(path: Path, name: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder, "module.pyc")
        py_compile.compile(
            str(path),
            cfile=str(compiled),
            dfile=str(name),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        return compiled.read_bytes()


def _apply(cloudformation: Client, stack: str, template_url: str) -> None:
    request = {"StackName": stack, "TemplateURL": template_url, "Capabilities": CAPABILITIES}
    status = _status(cloudformation, stack)
    started = time.time()
    if status in {None, "ROLLBACK_COMPLETE", "DELETE_COMPLETE"}:
        cloudformation.create_stack(**request)
    else:
        try:
            cloudformation.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise
    deadline = time.monotonic() + DEPLOY_SECONDS
    while (status := _status(cloudformation, stack) or "").endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise DeployError(f"stack {stack} is {status} after {DEPLOY_SECONDS} s")
        time.sleep(POLL_SECONDS)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise DeployError(f"stack {stack} is {status}:\n{_reasons(cloudformation, stack, started)}")


def _status(cloudformation: Client, stack: str) -> str | None:
    try:
        status: str = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return status


def _reasons(cloudformation: Client, stack: str, since: float) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', 'no reason')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED") and event["Timestamp"].timestamp() >= since - 1
    ]
    return "\n".join(failed) or "  no resource gives a reason"


def _resolved(name: str) -> str:
    values = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
    for variable, value in values.items():
        name = name.replace(f"${{{variable}}}", value)
    return name
