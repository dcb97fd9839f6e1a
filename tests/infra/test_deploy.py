"""The first deployment into an empty account: nothing comes before what it needs, and a failed try can be repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from app import build
from infra.deploy import deploy
from infra.settings import STACKS, StageSettings, stage_settings
from infra.stack_status import established
from tests.infra.assembly import Assembly
from tests.infra.conftest import WITHOUT_LAYERS

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

TEMPLATE = json.dumps({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {
    "Name": "x", "Type": "String", "Value": "y"}}}})  # fmt: skip


def needed(template: dict[str, Any], logical_id: str) -> set[str]:
    """Every resource that CloudFormation makes before this one: named in DependsOn, or referred to; all the way."""
    resources, found, waiting = template["Resources"], set[str](), [logical_id]
    while waiting:
        resource = resources[waiting.pop()]
        depends = resource.get("DependsOn", [])
        named = {*([depends] if isinstance(depends, str) else depends), *_references(resource.get("Properties", {}))}
        waiting += [name for name in named & resources.keys() if name not in found]
        found |= named & resources.keys()
    return found


def _references(value: object) -> Iterator[str]:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (piece.split("}")[0].split(".")[0] for piece in text.split("${")[1:])
        case dict():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)


@pytest.fixture(scope="module", params=["dev", "prod"])
def first(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What the first deployment of a stage sends."""
    out = tmp_path_factory.mktemp(request.param)
    build({"stage": request.param, "established": "none", **WITHOUT_LAYERS}, str(out)).synth()
    return Assembly(out)


@pytest.mark.parametrize("kind", ["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"])
def test_a_stage_that_logs_is_made_after_the_account_has_its_role(first: Assembly, kind: str) -> None:
    stages = [name for name, resource in first.service["Resources"].items() if resource["Type"] == kind]
    assert len(stages) == 1
    for stage in stages:
        before = {first.service["Resources"][name]["Type"] for name in needed(first.service, stage)}
        assert {"AWS::ApiGateway::Account", "AWS::IAM::Role"} <= before


def test_the_account_s_role_outlives_a_stage(first: Assembly) -> None:
    account = first.only("ApiGateway::Account")
    role = first.service["Resources"][account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"][0]]
    assert account["DeletionPolicy"] == role["DeletionPolicy"] == "RetainExceptOnCreate"


def test_a_first_creation_that_fails_can_be_taken_back(first: Assembly) -> None:
    for stack in ("FourfoldData", "FourfoldService"):
        assert not first.manifest["artifacts"][stack]["properties"].get("terminationProtection")
    for template in first.templates():
        for logical_id, resource in template["Resources"].items():
            assert resource.get("DeletionPolicy") != "Retain", logical_id
            for replica in resource["Properties"].get("Replicas", []):
                assert replica["DeletionProtectionEnabled"] is False, logical_id


def test_a_stage_locks_the_stacks_that_stand() -> None:
    for created in ("none", "data", "data,service"):
        settings = stage_settings("prod", established=created)
        assert [stack for stack in STACKS if settings.locked(stack)] == [s for s in STACKS if s in created]
    assert not stage_settings("local").locked("data")
    with pytest.raises(ValueError, match=r"'datas'.*data, service"):
        stage_settings("prod", established="datas")


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFormationClient]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("cloudformation", region_name="eu-central-1")


class Cdk:
    """Stands for the CDK CLI: notes what it was told, and makes the stacks that come before the one that fails."""

    def __init__(self, cloudformation: CloudFormationClient, settings: StageSettings, fails_at: str = "") -> None:
        self._cloudformation = cloudformation
        self._settings = settings
        self._fails_at = fails_at
        self.told: list[str] = []

    def __call__(self, arguments: Sequence[str]) -> int:
        self.told.append(arguments[-1])
        for stack in STACKS:
            if stack == self._fails_at:
                return 1
            if stack not in established(self._settings, self._cloudformation):
                self._cloudformation.create_stack(
                    StackName=self._settings.stack_name(stack), TemplateBody=TEMPLATE.replace('"x"', f'"{stack}"')
                )
        return 0


def test_stacks_are_locked_when_their_first_creation_has_succeeded(cloudformation: CloudFormationClient) -> None:
    settings = stage_settings("prod")
    cdk = Cdk(cloudformation, settings)
    assert deploy(settings, [], cloudformation, cdk) == 0
    assert cdk.told == ["established=none", "established=data,service"]
    cdk.told.clear()
    assert deploy(settings, [], cloudformation, cdk) == 0
    assert cdk.told == ["established=data,service"]


def test_the_retry_of_a_first_creation_locks_only_what_stands(cloudformation: CloudFormationClient) -> None:
    settings = stage_settings("prod")
    failing = Cdk(cloudformation, settings, fails_at="service")
    assert deploy(settings, [], cloudformation, failing) == 1
    assert failing.told == ["established=none"]
    cdk = Cdk(cloudformation, settings)
    assert deploy(settings, [], cloudformation, cdk) == 0
    assert cdk.told == ["established=data", "established=data,service"]


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])
def test_what_is_left_of_a_failed_creation_is_no_stack_yet(status: str) -> None:
    class Told:
        def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's names
            return {"Stacks": [{"StackName": StackName, "StackStatus": status}]}

    told: Any = Told()
    assert established(stage_settings("prod"), told) == ()


def test_the_make_target_deploys_this_way() -> None:
    recipe = Path("Makefile").read_text(encoding="utf-8").split("\ndeploy:")[1].split("\n\n")[0]
    assert "infra.deploy $(STAGE)" in recipe
    assert "cdk deploy" not in recipe
