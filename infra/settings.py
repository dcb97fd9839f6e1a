"""What differs between stages: protection, retention, speed and checks. The wiring is the same in all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from fourfold.config.presets import default_config
from fourfold.http.cors import allowed_origins
from fourfold.llm.model_names import OFFLINE

DATA: Final = "data"
SERVICE: Final = "service"
STACKS: Final = (DATA, SERVICE)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """The settings of one stage. The last group comes from the CDK context of the same name.

    Attributes:
        protected: stateful resources are retained when their stack is deleted, and refuse deletion.
        snap_start: functions are restored from a snapshot of their initialised runtime; AWS bills for storing it.
        canary: a new version of the API gets a tenth of the requests first; the local engine has no CodeDeploy.
        checked: the template checks (cdk-nag, CloudFormation rules) run at synth, which takes about two seconds.
        catalogued: the events' schemas are published and the events archived; the local engine has neither service.
        on_engine: addresses are paths below the local engine's address, which changes at every start.

        providers: model providers of the runs, in order of preference (comma-separated; none: offline).
        key_store: where the providers' keys are stored, SSM parameters or Secrets Manager.
        key_arn: ARN of the customer key in KMS that encrypts them; empty: AWS's own key, which needs no grant.
        compatible_base_url: the server of `compatible:<model>`.
        cors_origins: origins whose web pages may call the API (comma-separated; none: no page may).
        domain_name: a domain of the operator for the REST API, such as api.example.com.
        certificate_arn: the certificate of `domain_name`, in the stage's region.
        hosted_zone_id: the Route 53 zone that gets the record of `domain_name`; empty: the operator makes the record.
        alarm_email: who is mailed by alarms, after confirming the subscription; empty: only the topic is notified.
        spend_usd_per_hour: models that cost more in an hour raise an alarm.
        concurrency: `reserved` reserves executions for each function, `shared` leaves all in the account's pool.
        edge_requests_per_minute: requests that the edge takes in a minute with one Authorization header, and half of
            what it takes from one address (10 to 1,000,000); 0: the stage has no web ACL, which costs 7 USD a month.
        job_concurrency: personas that each background job works on at once (2 to 1000). Jobs share the providers' rate
            limits with chats and pipeline steps.
        otlp_endpoint: a receiver of OpenTelemetry spans over HTTP; empty: none are recorded, and no SDK is deployed.
        gateway_account: `own` sets the account's role for API Gateway's logs; `shared` uses the role that is set.
        established: stacks that have been created (comma-separated). Only these are locked against deletion, because
            CloudFormation must be able to roll back a first creation that failed.
    """

    name: str
    protected: bool
    snap_start: bool
    canary: bool
    checked: bool
    catalogued: bool
    log_level: str
    log_retention: RetentionDays
    providers: tuple[str, ...] = ()
    key_store: Literal["ssm", "secretsmanager"] = "ssm"
    compatible_base_url: str = ""
    cors_origins: tuple[str, ...] = ()
    key_arn: str = ""
    domain_name: str = ""
    certificate_arn: str = ""
    hosted_zone_id: str = ""
    alarm_email: str = ""
    spend_usd_per_hour: int = 10
    concurrency: Literal["shared", "reserved"] = "shared"
    job_concurrency: int = 10
    edge_requests_per_minute: int = 0
    otlp_endpoint: str = ""
    gateway_account: Literal["own", "shared"] = "own"
    on_engine: bool = False
    established: tuple[str, ...] = STACKS

    @property
    def removal_policy(self) -> RemovalPolicy:
        """Policy of stateful resources. Those of a failed creation are deleted in any case."""
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if self.protected else RemovalPolicy.DESTROY

    def locked(self, stack: str) -> bool:
        """Whether the stack (one of STACKS) and its stateful resources refuse deletion."""
        return self.protected and stack in self.established

    def stack_name(self, stack: str) -> str:
        """The CloudFormation name of one of STACKS."""
        return f"fourfold-{self.name}-{stack}"

    @property
    def offline(self) -> bool:
        """Whether runs are written by the offline composer: no provider is listed, or it alone."""
        return set(self.providers) <= {OFFLINE}

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every stack, which CloudFormation applies to all its resources that take tags."""
        return {"project": "fourfold", "stage": self.name}


DEFAULT_STAGE: Final = "dev"

STAGES: Final[dict[str, StageSettings]] = {
    settings.name: settings
    for settings in (
        StageSettings(
            name="local",
            protected=False,
            snap_start=False,
            canary=False,
            checked=False,
            catalogued=False,
            log_level="INFO",
            log_retention=RetentionDays.ONE_WEEK,
            on_engine=True,
        ),
        StageSettings(
            name="dev",
            protected=False,
            snap_start=False,
            canary=False,
            checked=True,
            catalogued=True,
            log_level="INFO",
            log_retention=RetentionDays.ONE_MONTH,
        ),
        StageSettings(
            name="prod",
            protected=True,
            snap_start=True,
            canary=True,
            checked=True,
            catalogued=True,
            log_level="INFO",
            log_retention=RetentionDays.SIX_MONTHS,
            edge_requests_per_minute=1200,
        ),
    )
}


CONTEXT: Final = (
    "providers",
    "key_store",
    "compatible_base_url",
    "cors_origins",
    "established",
    "key_arn",
    "domain_name",
    "certificate_arn",
    "hosted_zone_id",
    "alarm_email",
    "spend_usd_per_hour",
    "concurrency",
    "job_concurrency",
    "edge_requests_per_minute",
    "otlp_endpoint",
    "gateway_account",
)
"""The names of the context values that `stage_settings` takes beside the stage."""

_KMS_KEY: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_CERTIFICATE: Final = re.compile(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}")
_ADDRESS: Final = re.compile(r"https?://[^\s/]{1,253}(/[!-~]{0,200})?")
_DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def stage_settings(  # noqa: PLR0913, PLR0917 - an argument for each context value
    name: str,
    providers: str = "",
    key_store: str = "ssm",
    compatible_base_url: str = "",
    cors_origins: str = "",
    established: str = ",".join(STACKS),
    key_arn: str = "",
    domain_name: str = "",
    certificate_arn: str = "",
    hosted_zone_id: str = "",
    alarm_email: str = "",
    spend_usd_per_hour: str = "10",
    concurrency: str = "shared",
    job_concurrency: str = "10",
    edge_requests_per_minute: str = "",
    otlp_endpoint: str = "",
    gateway_account: str = "own",
) -> StageSettings:
    """The settings of stage `name` with these context values, as StageSettings describes them.

    Raises:
        ValueError: a value is unknown or malformed; the text lists the known ones.
    """
    if name not in STAGES:
        raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(STAGES)}")
    if domain_name and not certificate_arn:
        raise ValueError("domain_name needs the context certificate_arn: its certificate, in the stage's region")
    return replace(
        STAGES[name],
        providers=_providers(providers, compatible_base_url),
        key_store=_choice("key_store", key_store, "ssm", "secretsmanager"),
        key_arn=_matching("key_arn", key_arn, _KMS_KEY, "the ARN of a KMS key"),
        compatible_base_url=compatible_base_url,
        cors_origins=allowed_origins(cors_origins),
        domain_name=_matching("domain_name", domain_name, _DOMAIN, "a domain in lower case, such as api.example.com"),
        certificate_arn=_matching("certificate_arn", certificate_arn, _CERTIFICATE, "the ARN of an ACM certificate"),
        hosted_zone_id=hosted_zone_id,
        alarm_email=_matching("alarm_email", alarm_email, _EMAIL, "an address such as ops@example.com"),
        spend_usd_per_hour=_count("spend_usd_per_hour", spend_usd_per_hour, 1, 1_000_000),
        concurrency=_choice("concurrency", concurrency, "shared", "reserved"),
        # The bounds of the maximum concurrency of an SQS event source.
        job_concurrency=_count("job_concurrency", job_concurrency, 2, 1000),
        edge_requests_per_minute=_edge(name, edge_requests_per_minute),
        otlp_endpoint=_matching("otlp_endpoint", otlp_endpoint, _ADDRESS, "an address that begins with https://"),
        gateway_account=_choice("gateway_account", gateway_account, "own", "shared"),
        established=_stacks(established),
    )


def _providers(text: str, compatible_base_url: str) -> tuple[str, ...]:
    listed = tuple(provider.strip() for provider in text.split(",") if provider.strip())
    default_config(listed)  # raises for an unknown provider
    if any(provider.startswith("compatible:") for provider in listed) and not compatible_base_url:
        raise ValueError("compatible:<model> needs the context compatible_base_url: the server's address")
    return listed


def _edge(stage: str, value: str) -> int:
    """The stage's own value if none is given; 0, or what a rate rule of WAF takes."""
    if not value:
        return STAGES[stage].edge_requests_per_minute
    return 0 if value == "0" else _count("edge_requests_per_minute", value, 10, 1_000_000)


def _stacks(text: str) -> tuple[str, ...]:
    listed = tuple(stack.strip() for stack in text.split(",") if stack.strip() not in {"", "none"})
    if unknown := set(listed) - set(STACKS):
        raise ValueError(f"unknown stack {min(unknown)!r} in established: choose of {', '.join(STACKS)}, or none")
    return listed


def _count(name: str, value: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise ValueError(f"{name} {value!r} is not a whole number from {least} to {most}")
    return int(value)


def _choice(name: str, value: str, *known: str) -> Any:  # noqa: ANN401 - one of the literals of StageSettings
    if value not in known:
        raise ValueError(f"unknown {name} {value!r}: choose {' or '.join(known)}")
    return value


def _matching(name: str, value: str, pattern: re.Pattern[str], meaning: str) -> str:
    if value and not pattern.fullmatch(value):
        raise ValueError(f"{name} {value!r} is not {meaning}")
    return value
