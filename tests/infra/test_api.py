"""The REST API in front of the ASGI app."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from infra.constructs.product_code import stage_product_code
from tests.infra.assembly import Assembly


def test_every_request_is_streamed_through_the_app(prod: Assembly) -> None:
    methods = [method["Properties"] for method in prod.resources("ApiGateway::Method").values()]
    assert [method["HttpMethod"] for method in methods] == ["ANY", "ANY"]
    for method in methods:
        integration = method["Integration"]
        assert integration["Type"] == "AWS_PROXY"
        assert integration["ResponseTransferMode"] == "STREAM"
        assert integration["TimeoutInMillis"] == 900_000
        uri = prod.named(integration["Uri"])
        assert "/2021-11-15/functions/ApiFunctionLive/response-streaming-invocations" in uri
    assert prod.only("ApiGateway::Resource")["Properties"]["PathPart"] == "{proxy+}"
    assert prod.only("ApiGateway::RestApi")["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert prod.only("ApiGateway::RestApi")["Properties"]["BinaryMediaTypes"] == ["image/png"]


def test_only_this_api_may_invoke_the_app(prod: Assembly) -> None:
    permissions = [permission["Properties"] for permission in prod.resources("Lambda::Permission").values()]
    [permission] = [one for one in permissions if prod.named(one["FunctionName"]) == "ApiFunctionLive"]
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert "ApiRestApi/" in prod.named(permission["SourceArn"])


def test_the_web_adapter_runs_the_app(prod: Assembly) -> None:
    function = prod.functions()["api"]
    variables = function["Environment"]["Variables"]
    assert function["Handler"] == "functions/api/run.sh"
    assert variables["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/bootstrap"
    assert variables["AWS_LWA_INVOKE_MODE"] == "response_stream"
    layers = [prod.named(layer) for layer in function["Layers"]]
    assert layers == [
        "ApiLayer",
        "arn:AWS::Partition:lambda:AWS::Region:753240598075:layer:LambdaAdapterLayerArm64:30",
    ]


def test_the_program_it_runs_is_staged_executable(prod: Assembly, tmp_path: Path) -> None:
    stage_product_code(tmp_path, composer=False)
    program = tmp_path / prod.functions()["api"]["Handler"]
    assert program.read_text().startswith("#!/")
    assert os.access(program, os.X_OK)


def test_the_access_log_names_no_one(prod: Assembly) -> None:
    stage = prod.only("ApiGateway::Stage")["Properties"]
    logged = set(json.loads(stage["AccessLogSetting"]["Format"]).values())
    assert not any("identity" in field or "authorizer" in field or "header" in field for field in logged)
    (settings,) = stage["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    assert settings["ThrottlingRateLimit"] > 0
    assert stage["TracingEnabled"] is True


def test_a_second_stage_of_an_account_does_not_set_its_log_role(dev: Assembly) -> None:
    assert dev.resources("ApiGateway::Account") == {}
    assert len(dev.resources("ApiGateway::Stage")) == len(dev.resources("ApiGatewayV2::Stage")) == 1


def test_every_log_group_expires_and_api_gateway_makes_none_of_its_own(prod: Assembly, dev: Assembly) -> None:
    for assembly, days in ((prod, 180), (dev, 30)):
        groups = {assembly.named({"Ref": name}): group for name, group in assembly.resources("Logs::LogGroup").items()}
        assert all(group["Properties"]["RetentionInDays"] == days for group in groups.values())
        name = assembly.named(groups["ApiExecutionLogs"]["Properties"]["LogGroupName"])
        stage = assembly.only("ApiGateway::Stage")
        assert name == f"API-Gateway-Execution-Logs_ApiRestApi/{stage['Properties']['StageName']}"
        assert "ApiExecutionLogs" in {assembly.named({"Ref": before}) for before in stage["DependsOn"]}


def test_a_domain_of_the_operator_is_mapped_at_its_root(dev: Assembly, prod: Assembly) -> None:
    domain = dev.only("ApiGateway::DomainName")["Properties"]
    assert domain["DomainName"] == "api.example.com"
    assert domain["RegionalCertificateArn"].startswith("arn:aws:acm:eu-central-1:")
    assert (domain["EndpointConfiguration"], domain["SecurityPolicy"]) == ({"Types": ["REGIONAL"]}, "TLS_1_2")
    mapping = dev.only("ApiGateway::BasePathMapping")["Properties"]
    assert "BasePath" not in mapping
    assert dev.named(mapping["Stage"]).startswith("ApiRestApiDeploymentStage")
    record = dev.only("Route53::RecordSet")["Properties"]
    assert (record["Name"], record["Type"]) == ("api.example.com", "A")
    assert prod.resources("ApiGateway::DomainName") == {}


def test_a_new_version_of_production_is_tried_on_a_tenth_of_the_requests(prod: Assembly, dev: Assembly) -> None:
    group = prod.only("CodeDeploy::DeploymentGroup")["Properties"]
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert {"DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"} <= set(group["AutoRollbackConfiguration"]["Events"])
    assert group["AutoRollbackConfiguration"]["Enabled"] is True
    assert group["AlarmConfiguration"]["Enabled"] is True
    names = [prod.named(alarm["Name"]) for alarm in group["AlarmConfiguration"]["Alarms"]]
    assert len(names) <= 10, "CodeDeploy takes no more"
    errors = set[str]()
    for name in names:
        alarm = prod.one("CloudWatch::Alarm", name)["Properties"]
        metrics = [metric["MetricStat"] for metric in alarm.get("Metrics", []) if "MetricStat" in metric]
        periods = {metric["Period"] for metric in metrics} or {alarm["Period"]}
        assert max(periods) * alarm["EvaluationPeriods"] < 4 * 60, f"{name} rings before the shift is over"
        assert len(metrics) <= 10, "CloudWatch sums no more"
        errors |= {_alias(prod, metric["Metric"]) for metric in metrics}
    assert prod.one("CloudWatch::Alarm", "ObservabilityApiFaultsInAMinute")["Properties"]["Threshold"] < 0.1
    assert {"ObservabilityApiFaultsInAMinute", "ObservabilityRunsFailedInAMinute"} <= set(names)
    others = {name for name in prod.functions() if name != "api"}
    assert errors == others, "errors of each function end the rollout"
    shifted = [alias for alias in prod.resources("Lambda::Alias").values() if "UpdatePolicy" in alias]
    [alias] = shifted
    assert (
        prod.service["Resources"][alias["Properties"]["FunctionName"]["Ref"]]["Properties"] == prod.functions()["api"]
    )
    aliases = {logical_id for logical_id, found in prod.resources("Lambda::Alias").items() if found is not alias}
    assert set(alias["DependsOn"]) >= aliases, "the shift begins when all others have changed"
    assert dev.resources("CodeDeploy::DeploymentGroup") == {}


def _alias(assembly: Assembly, metric: dict[str, Any]) -> str:
    """The function whose alias `live` a metric of Lambda counts."""
    named = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
    assert metric["MetricName"] == "Errors"
    assert assembly.named(named["Resource"]).endswith(":live")
    properties = assembly.service["Resources"][named["FunctionName"]["Ref"]]["Properties"]
    service: str = properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    return service
