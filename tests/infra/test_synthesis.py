"""The assembly is made of the sources alone: no AWS, no network, no Docker, and the same every time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_sqs as sqs

from app import build
from infra.constructs.product_code import REPOSITORY
from infra.constructs.rollout import WATCHED_TOGETHER
from infra.settings import STAGES, stage_settings
from tests.infra.assembly import Assembly
from tests.infra.conftest import WITHOUT_LAYERS

TEMPLATES = ("FourfoldData.template.json", "FourfoldService.template.json")
NO_NETWORK_IN_NODE = "require('net').Socket.prototype.connect = () => { throw new Error('network used at synth') }"
NO_NETWORK_IN_PYTHON = """
import socket
def refuse(*_args, **_more):
    raise RuntimeError("network used at synth")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


@pytest.mark.deep(part="template")
def test_synthesis_is_hermetic_and_repeatable(local: Assembly, tmp_path: Path) -> None:
    (tmp_path / "offline.cjs").write_text(NO_NETWORK_IN_NODE)
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK_IN_PYTHON)
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=REPOSITORY,
        check=True,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PATH": str(Path(sys.executable).parent),  # no docker, no uv but our own
            "PYTHONPATH": str(tmp_path),
            "NODE_OPTIONS": f"--require {tmp_path / 'offline.cjs'}",
            "AWS_ACCESS_KEY_ID": "wrong",
            "AWS_SECRET_ACCESS_KEY": "wrong",
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps({"stage": "local", **WITHOUT_LAYERS}),
        },
    )
    for name in TEMPLATES:
        assert (out / name).read_bytes() == (local.folder / name).read_bytes()


def test_the_template_checks_ran_and_found_nothing(prod: Assembly) -> None:
    reports = {report["pluginName"]: report for report in prod.validation["pluginReports"]}
    assert {"AwsSolutions", "Serverless"} <= reports.keys()
    assert {name: report["violations"] for name, report in reports.items() if report["violations"]} == {}


def test_a_finding_stops_the_synthesis(tmp_path: Path) -> None:
    app = build({"stage": "dev", **WITHOUT_LAYERS}, str(tmp_path))
    service = app.node.find_child("FourfoldService")
    assert isinstance(service, Stack)
    sqs.Queue(service, "Careless")
    with pytest.raises(RuntimeError, match="The SQS queue does not require requests to use SSL"):
        app.synth()


def test_stages_differ_in_settings_only(prod: Assembly, local: Assembly) -> None:
    assert set(prod.data["Resources"]) == set(local.data["Resources"])
    assert _wiring(prod) == _wiring(local)


def _wiring(assembly: Assembly) -> dict[str, Any]:
    """The service template without what a stage may choose, and without hashes of content."""
    text = json.dumps(assembly.service, sort_keys=True)
    text = re.sub(r"fourfold([-/])(prod|local)", r"fourfold\1stage", text)
    text = re.sub(r"(CurrentVersion|Deployment)[0-9A-F]{8}[0-9a-f]{32}", r"\1", text)
    text = re.sub(r"DeploymentStage(prod|local)[0-9A-F]{8}", "DeploymentStage", text)
    text = re.sub(r'"(prod|local)"', '"stage"', text)
    text = re.sub(r"/(prod|local)/(POST|DELETE)/@connections", r"/stage/\2/@connections", text)
    template: dict[str, Any] = json.loads(text)
    for parameter in template["Parameters"].values():
        parameter.pop("Default")
    # A canary with its alarms and a web ACL are settings; the local engine has neither CodeDeploy nor WAF.
    chosen_parts = ("Rollout", "ApiEdgeThrottle", *(f"Observability{name}" for name in WATCHED_TOGETHER))
    for logical_id in [name for name in template["Resources"] if name.startswith(chosen_parts)]:
        template["Resources"].pop(logical_id)
    # With a canary, the API's new version waits for those of all other functions.
    template["Resources"]["ApiFunctionLive4477379D"].pop("DependsOn", None)
    for resource in template["Resources"].values():
        for chosen in ("DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"):
            resource.pop(chosen, None)
        for chosen in ("RetentionInDays", "SnapStart", "Tags"):
            resource.get("Properties", {}).pop(chosen, None)
        if resource["Type"] == "AWS::SQS::QueuePolicy":  # queues the API calls ask for TLS, which loopback has not
            policy = resource["Properties"]["PolicyDocument"]
            policy["Statement"] = [told for told in policy["Statement"] if told["Effect"] == "Allow"]
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        for chosen in ("FOURFOLD_PROGRESS_ENDPOINT", "FOURFOLD_PROVIDERS"):
            variables.pop(chosen, None)
    template["Outputs"].pop("ProgressUrl")  # an address, like the variable
    return template


def test_nothing_runs_code_of_others_at_deploy_time(prod: Assembly, local: Assembly) -> None:
    for assembly in (prod, local):
        kinds = {resource["Type"] for template in assembly.templates() for resource in template["Resources"].values()}
        assert not any(kind.startswith("Custom::") or "CustomResource" in kind for kind in kinds)


def test_only_the_bus_and_the_alias_have_names_of_their_own(prod: Assembly) -> None:
    names = {"TableName", "FunctionName", "RoleName", "QueueName", "StateMachineName", "LogGroupName", "LayerName"}
    for template in prod.templates():
        for logical_id, resource in template["Resources"].items():
            given = {
                name: value
                for name, value in resource.get("Properties", {}).items()
                if name in names and isinstance(value, str)
            }
            assert given == {}, logical_id


def test_the_laptop_finds_what_it_needs_in_the_outputs(local: Assembly) -> None:
    outputs = {name for template in local.templates() for name, it in template["Outputs"].items() if "Export" not in it}
    assert outputs == {
        "PersonasTableName",
        "RunEventsTableName",
        "IdempotencyTableName",
        "ApiKeysTableName",
        "ConfigTableName",
        "OutboxTableName",
        "ConnectionsTableName",
        "WebhooksTableName",
        "EventBusName",
        "StateMachineArn",
        "ApiFunctionName",
        "ApiUrl",
        "ProgressUrl",
        "AlarmTopicArn",
    }


def test_an_unknown_stage_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'production'.*local, dev, prod"):
        stage_settings("production")
    assert [name for name, settings in STAGES.items() if settings.protected] == ["prod"]
