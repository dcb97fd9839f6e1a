"""What a stage needs of the account: credentials, region, bootstrap, free stacks, a certificate, providers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.account_clients import Clients
from infra.preflight.findings import Finding
from infra.settings import STACKS, StageSettings
from infra.stack_status import status_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_ssm.client import SSMClient

# The version that the assets of CDK 2.275 ask for.
_BOOTSTRAP_VERSION: Final = 6
_BOOTSTRAP_PARAMETER: Final = "/cdk-bootstrap/hnb659fds/version"
# CloudFormation accepts no update of a stack in one of these states.
_STUCK: Final = frozenset({"UPDATE_ROLLBACK_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"})


def providers(settings: StageSettings, given: str) -> Finding:
    """Which models the stage uses. A protected stage must name them: it would answer with the offline composer."""
    if given.strip():
        return Finding("ok", "Providers", ", ".join(settings.providers))
    if settings.protected:
        remedy = "PROVIDERS=anthropic (or openai, google, bedrock, several); PROVIDERS=offline to mean the composer"
        return Finding("missing", "Providers", f"{settings.name} would answer without any model", remedy)
    return Finding("note", "Providers", "none: the offline composer answers; PROVIDERS=anthropic for models")


def identity(clients: Clients, region: str | None) -> Finding:
    """The account and region of the credentials."""
    if not region:
        return Finding("missing", "Region", "no region is set", "export AWS_REGION=eu-central-1 (or yours)")
    try:
        caller = clients("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        remedy = "aws sso login, AWS_PROFILE=..., or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        return Finding("missing", "Account", f"no usable credentials for {region}: {reason}", remedy)
    return Finding("ok", "Account", f"{caller['Account']} in {region}, as {caller['Arn'].rsplit(':', 1)[1]}")


def bootstrap(ssm: SSMClient, region: str | None) -> list[Finding]:
    """The CDK's own stack, which takes the assets."""
    remedy = f".venv/bin/cdk bootstrap aws://<account>/{region}"
    try:
        version = int(ssm.get_parameter(Name=_BOOTSTRAP_PARAMETER)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return [Finding("missing", "Bootstrap", "the CDK was never bootstrapped here", remedy)]
    if version < _BOOTSTRAP_VERSION:
        text = f"version {version}, but {_BOOTSTRAP_VERSION} is needed"
        return [Finding("missing", "Bootstrap", text, remedy)]
    return [Finding("ok", "Bootstrap", f"version {version}")]


def stacks(cloudformation: CloudFormationClient, settings: StageSettings) -> Iterator[Finding]:
    """The state of the stage's stacks; one line unless a stack cannot be updated."""
    states = {stack: status_of(cloudformation, settings.stack_name(stack)) for stack in STACKS}
    for stack, state in states.items():
        name = settings.stack_name(stack)
        if state in _STUCK:
            remedy = f"aws cloudformation describe-stack-events --stack-name {name}, then docs/runbook.md, Stuck stack"
            yield Finding("missing", "Stacks", f"{name} is {state}", remedy)
        elif state and state.endswith("_IN_PROGRESS") and state != "REVIEW_IN_PROGRESS":
            yield Finding("missing", "Stacks", f"{name} is {state}", "wait for the other deployment to end")
    if all(state is None for state in states.values()):
        yield Finding("ok", "Stacks", "none yet: this is the first deployment")
    else:
        shown = ", ".join(f"{stack} {state or 'not created'}" for stack, state in states.items())
        yield Finding("ok", "Stacks", shown)


def log_role(settings: StageSettings) -> list[Finding]:
    """Which role API Gateway logs with; see `infra.gateway_role`."""
    if settings.gateway_account == "shared":
        return [Finding("ok", "Log role", "the account's role for API Gateway is set, and stays as it is")]
    return [Finding("ok", "Log role", "this stage sets the account's role for API Gateway's logs")]


def domain(clients: Clients, settings: StageSettings) -> Iterator[Finding]:
    """The certificate of the custom domain, where the stage has one."""
    if not settings.domain_name:
        return
    acm = clients("acm")
    try:
        found = acm.describe_certificate(CertificateArn=settings.certificate_arn)["Certificate"]
    except acm.exceptions.ResourceNotFoundException:
        text = f"no certificate {settings.certificate_arn} in this region"
        yield Finding("missing", "Domain", text, "request it in the stage's own region")
        return
    if found["Status"] != "ISSUED":
        yield Finding("missing", "Domain", f"the certificate is {found['Status']}", "complete its validation in ACM")
    else:
        yield Finding("ok", "Domain", f"{settings.domain_name}, certificate issued")


def alarms(settings: StageSettings) -> list[Finding]:
    """Whether alarms reach a person; a topic without subscribers notifies no one."""
    if settings.alarm_email:
        return [Finding("ok", "Alarms", f"{settings.alarm_email}, once the address has confirmed")]
    return [Finding("note", "Alarms", "no address: only a topic is notified", "ALARM_EMAIL=ops@example.com")]
