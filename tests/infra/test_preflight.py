"""The check before a deployment: it names what is missing on one screen, and nothing is deployed until it is there."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import deploy, destroy, diff
from infra.gateway_role import choose_gateway_account
from infra.reserved_concurrency import total_reserved
from infra.settings import stage_settings
from infra.stack_status import status_of

REGION = "eu-central-1"
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
ANTHROPIC = "/fourfold/{stage}/anthropic-api-key"


class Account:
    """An account in moto, with Lambda's quota, which moto does not have."""

    def __init__(self, concurrency: int = 1000, reserved: int | None = None) -> None:
        self.region_name: str | None = REGION
        self._session = boto3.Session(region_name=REGION)
        self._concurrency = concurrency
        self._reserved = reserved

    def client(self, service: str) -> Any:
        return self if service == "lambda" else self._session.client(service)  # type: ignore[call-overload]

    def get_account_settings(self) -> dict[str, Any]:
        return {
            "AccountLimit": {
                "ConcurrentExecutions": self._concurrency,
                "UnreservedConcurrentExecutions": self._concurrency - (self._reserved or 0),
            }
        }

    def get_function_concurrency(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto's name
        assert FunctionName == "the-api"
        return {} if self._reserved is None else {"ReservedConcurrentExecutions": 300}

    def bootstrapped(self, version: str = "30") -> Account:
        self.client("ssm").put_parameter(Name=BOOTSTRAP, Type="String", Value=version)
        return self

    def with_key(self, name: str, kind: str = "SecureString", key: str = "") -> Account:
        more = {"KeyId": key} if key else {}
        self.client("ssm").put_parameter(Name=name, Type=kind, Value="sk-secret", **more)
        return self


class Cdk:
    """Stands for the CDK CLI and records its arguments."""

    def __init__(self) -> None:
        self.calls: list[Sequence[str]] = []

    def __call__(self, arguments: Sequence[str]) -> int:
        self.calls.append(arguments)
        return 0


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Account()


def deployed(account: Any, *arguments: str) -> tuple[int, Cdk]:
    cdk = Cdk()
    return deploy.main(arguments, cdk, account), cdk


def test_an_empty_account_hears_of_everything_at_once_on_one_screen(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    status, cdk = deployed(account, "prod", "-c", "providers=anthropic,openai,google", "-c", "cors_origins=")
    shown = capsys.readouterr().out
    assert (status, cdk.calls) == (1, [])
    assert f"cdk bootstrap aws://<account>/{REGION}" in shown
    for provider in ("anthropic", "openai", "google"):
        assert f"/fourfold/prod/{provider}-api-key does not exist" in shown
        assert f"put-parameter --name /fourfold/prod/{provider}-api-key --type SecureString" in shown
    assert "123456789012 in eu-central-1" in shown
    assert "4 missing" in shown
    assert len(shown.splitlines()) <= 24, "one screen"


def test_what_is_ready_is_deployed(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.bootstrapped().with_key(ANTHROPIC.format(stage="dev"))
    status, cdk = deployed(account, "dev", "-c", "providers=anthropic")
    assert status == 0
    assert "Nothing is missing." in capsys.readouterr().out
    [call] = cdk.calls
    assert call[:2] == ["deploy", "--all"]
    assert {"stage=dev", "providers=anthropic", "gateway_account=own", "established=none"} <= set(call)


@pytest.mark.parametrize(
    ("stage", "providers", "status"), [("prod", "", 1), ("prod", "offline", 0), ("dev", "", 0), ("dev", "offline", 0)]
)
def test_production_answers_with_the_composer_only_where_that_is_said(
    account: Account, capsys: pytest.CaptureFixture[str], stage: str, providers: str, status: int
) -> None:
    account.bootstrapped()
    found, cdk = deployed(account, stage, "-c", f"providers={providers}")
    assert (found, bool(cdk.calls)) == (status, status == 0)
    if status:
        assert "PROVIDERS=offline" in capsys.readouterr().out


def test_without_credentials_or_a_region_only_that_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    status, cdk = deployed(boto3.Session(), "dev")
    assert (status, cdk.calls) == (1, [])
    assert "export AWS_REGION=" in capsys.readouterr().out
    status, cdk = deployed(boto3.Session(region_name=REGION), "dev")
    assert (status, cdk.calls) == (1, [])
    assert "aws sso login" in capsys.readouterr().out


def test_an_old_bootstrap_is_not_enough(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    status, _ = deployed(account.bootstrapped("5"), "dev")
    assert status == 1
    assert "version 5, but 6 is needed" in capsys.readouterr().out


def test_a_key_that_is_stored_in_the_clear_is_refused(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.bootstrapped().with_key(ANTHROPIC.format(stage="dev"), "String")
    status, _ = deployed(account, "dev", "-c", "providers=anthropic")
    shown = capsys.readouterr().out
    assert status == 1
    assert "is a plain String" in shown
    assert "sk-secret" not in shown


def test_a_key_under_a_customer_key_needs_its_grant(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    arn = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    account.client("kms").create_alias(AliasName="alias/ours", TargetKeyId=arn)
    account.bootstrapped().with_key(ANTHROPIC.format(stage="dev"), key="alias/ours")
    status, _ = deployed(account, "dev", "-c", "providers=anthropic")
    assert status == 1
    assert f"KEY_ARN={arn}" in capsys.readouterr().out
    status, cdk = deployed(account, "dev", "-c", "providers=anthropic", "-c", f"key_arn={arn}")
    assert status == 0
    assert f"key_arn={arn}" in cdk.calls[0]


@pytest.mark.parametrize("key", [None, "customer"])
def test_secrets_manager_is_checked_in_the_same_way(
    account: Account, capsys: pytest.CaptureFixture[str], key: str | None
) -> None:
    account.bootstrapped()
    context = ["-c", "providers=openai", "-c", "key_store=secretsmanager"]
    assert deployed(account, "dev", *context)[0] == 1
    assert "secretsmanager create-secret --name fourfold/dev/openai-api-key" in capsys.readouterr().out
    arn = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    more = {"KmsKeyId": arn} if key else {}
    account.client("secretsmanager").create_secret(Name="fourfold/dev/openai-api-key", SecretString="x", **more)
    assert deployed(account, "dev", *context)[0] == (1 if key else 0)
    assert (f"KEY_ARN={arn}" in capsys.readouterr().out) == bool(key)


def test_a_small_quota_is_a_note_with_its_number(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.bootstrapped()
    small = Account(concurrency=10)
    assert deployed(small, "dev")[0] == 0
    assert "10 concurrent executions: 2 personas at once" in capsys.readouterr().out


@pytest.mark.parametrize("state", ["UPDATE_ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_IN_PROGRESS"])
def test_a_stack_that_takes_no_update_stops_the_deployment(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    account.bootstrapped()

    def status(_client: object, name: str) -> str | None:
        return state if name.endswith("-service") else None

    monkeypatch.setattr("infra.preflight.account.status_of", status)
    assert deployed(account, "dev")[0] == 1
    assert f"fourfold-dev-service is {state}" in capsys.readouterr().out


def test_a_check_that_is_not_allowed_says_which_permission_is_missing(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    class Refusing(Account):
        def get_account_settings(self) -> dict[str, Any]:
            from botocore.exceptions import ClientError  # noqa: PLC0415

            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccountSettings")

    account.bootstrapped()
    assert deployed(Refusing(), "dev")[0] == 0
    assert "not checked: GetAccountSettings answered AccessDeniedException" in capsys.readouterr().out


def test_a_domain_needs_an_issued_certificate_of_its_region(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.bootstrapped()
    arn = account.client("acm").request_certificate(DomainName="api.example.com")["CertificateArn"]
    context = ["-c", "domain_name=api.example.com", "-c"]
    assert deployed(account, "dev", *context, f"certificate_arn={arn}")[0] == 1
    assert "the certificate is PENDING_VALIDATION" in capsys.readouterr().out
    other = "arn:aws:acm:us-east-1:123456789012:certificate/0f7be8b1-0000-4000-8000-000000000000"
    assert deployed(account, "dev", *context, f"certificate_arn={other}")[0] == 1
    assert "no certificate" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ("provider=anthropic", "unknown context 'provider'"),
        ("providers=antropic", "is no preset"),
        ("key_arn=alias/ours", "is not the ARN of a KMS key"),
        ("domain_name=api.example.com", "certificate_arn"),
        ("domain_name=https://api", "certificate_arn"),
        ("key_store=vault", "choose ssm or secretsmanager"),
    ],
)
def test_a_mistyped_value_stops_before_any_call(
    account: Account, capsys: pytest.CaptureFixture[str], context: str, told: str
) -> None:
    status, cdk = deployed(account, "dev", "-c", context)
    assert (status, cdk.calls) == (1, [])
    assert told in capsys.readouterr().err


def _role(account: Account, name: str) -> str:
    arn: str = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    return arn


def _set_role(account: Account, arn: str) -> None:
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
    account.client("apigateway").update_account(patchOperations=[change])


def test_a_stage_leaves_the_log_role_of_another_stage_alone(account: Account) -> None:
    settings = stage_settings("dev")
    assert choose_gateway_account(settings, account.client) == "own", "no role is set"
    _set_role(account, _role(account, "prod-role"))
    assert choose_gateway_account(settings, account.client) == "shared"
    _set_role(account, "arn:aws:iam::123456789012:role/deleted-since")
    assert choose_gateway_account(settings, account.client) == "own", "a role that is gone serves no stage"


def test_the_stage_that_made_the_log_role_keeps_it(account: Account) -> None:
    policy = '{"Version":"2012-10-17","Statement":[]}'
    body = (
        '{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": '
        f'{{"RoleName": "ours", "AssumeRolePolicyDocument": {policy}}}}}}}}}'
    )
    account.client("cloudformation").create_stack(StackName="fourfold-dev-service", TemplateBody=body)
    _set_role(account, account.client("iam").get_role(RoleName="ours")["Role"]["Arn"])
    assert choose_gateway_account(stage_settings("dev"), account.client) == "own"
    assert choose_gateway_account(stage_settings("prod"), account.client) == "shared"


def test_a_comparison_uses_what_a_deployment_would_use(account: Account) -> None:
    _set_role(account, _role(account, "prod-role"))
    cdk = Cdk()
    assert diff.main(["prod", "-c", "providers=anthropic"], cdk, account) == 0  # type: ignore[arg-type]
    [call] = cdk.calls
    assert call[0] == "diff"
    assert {"stage=prod", "providers=anthropic", "established=none", "gateway_account=shared"} <= set(call)


def test_only_an_unprotected_stage_is_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    cdk = Cdk()
    assert destroy.main(["prod"], cdk) == 1
    assert destroy.main(["local"], cdk) == 1
    assert destroy.main(["production"], cdk) == 1
    assert cdk.calls == []
    assert destroy.main(["dev"], cdk) == 0
    assert cdk.calls[0][:2] == ["destroy", "--all"]
    assert "log role" in capsys.readouterr().out


def test_the_make_targets_call_these() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for target in ("deploy", "diff", "destroy"):
        recipe = makefile.split(f"\n{target}:")[1].split("\n\n")[0]
        assert f"infra.{target} $(STAGE)" in recipe


def test_a_stack_that_does_not_exist_has_no_status(account: Account) -> None:
    assert status_of(account.client("cloudformation"), "fourfold-dev-data") is None


def context_of_the_deployment(cdk: Cdk) -> dict[str, str]:
    [arguments] = cdk.calls
    pairs = [value.partition("=") for flag, value in itertools.pairwise(arguments) if flag == "-c"]
    return {name: value for name, _, value in pairs}


def service_stack(account: Account) -> None:
    output = {"ApiFunctionName": {"Value": "the-api"}}
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    body = json.dumps({"Resources": topic, "Outputs": output})
    account.client("cloudformation").create_stack(StackName="fourfold-dev-service", TemplateBody=body)


@pytest.mark.parametrize(
    ("limit", "chosen"), [(10, "shared"), (1000, "reserved"), (total_reserved(stage_settings("dev")) + 199, "shared")]
)
def test_executions_are_reserved_only_where_the_account_has_enough(account: Account, limit: int, chosen: str) -> None:
    del account
    status, cdk = deployed(Account(limit).bootstrapped(), "dev")
    assert status == 0
    assert context_of_the_deployment(cdk)["concurrency"] == chosen


def test_a_stage_that_reserves_keeps_its_reservation(account: Account) -> None:
    service_stack(account)
    reserving = Account(1000, reserved=total_reserved(stage_settings("dev"))).bootstrapped()
    status, cdk = deployed(reserving, "dev")
    assert status == 0
    assert context_of_the_deployment(cdk)["concurrency"] == "reserved"


def test_the_operators_choice_comes_first(account: Account) -> None:
    status, cdk = deployed(account.bootstrapped(), "dev", "-c", "concurrency=shared", "-c", "job_concurrency=40")
    assert status == 0
    context = context_of_the_deployment(cdk)
    assert (context["concurrency"], context["job_concurrency"]) == ("shared", "40")


@pytest.mark.parametrize("count", ["1", "1001", "ten", "-5", "٣٣"])
def test_a_job_concurrency_that_sqs_refuses_is_refused_first(account: Account, count: str) -> None:
    status, cdk = deployed(account.bootstrapped(), "dev", "-c", f"job_concurrency={count}")
    assert (status, cdk.calls) == (1, [])


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), "note     Alarms       no address: only a topic is notified"),
        (("-c", "alarm_email=ops@example.com"), "ok       Alarms       ops@example.com"),
    ],
)
def test_the_screen_shows_whether_alarms_reach_a_person(
    account: Account, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], shown: str
) -> None:
    status, _ = deployed(account.bootstrapped(), "dev", *options)
    assert status == 0
    assert shown in capsys.readouterr().out
