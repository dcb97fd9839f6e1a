"""What differs between stages: protection, retention, speed and checks. The wiring is the same in all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

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
        checked: the template checks (cdk-nag, CloudFormation rules) run at synth, which takes about two seconds.
        catalogued: the events' schemas are published and the events archived; the local engine has neither service.
        on_engine: addresses are paths below the local engine's address, which changes at every start.

        providers: model providers of the runs, in order of preference (comma-separated; none: offline).
        key_store: where the providers' keys are stored, SSM parameters or Secrets Manager.
        compatible_base_url: the server of `compatible:<model>`.
        cors_origins: origins whose web pages may call the API (comma-separated; none: no page may).
        established: stacks that have been created (comma-separated). Only these are locked against deletion, because
            CloudFormation must be able to roll back a first creation that failed.
    """

    name: str
    protected: bool
    snap_start: bool
    checked: bool
    catalogued: bool
    log_level: str
    log_retention: RetentionDays
    providers: tuple[str, ...] = ()
    key_store: Literal["ssm", "secretsmanager"] = "ssm"
    compatible_base_url: str = ""
    cors_origins: tuple[str, ...] = ()
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
            checked=False,
            catalogued=False,
            log_level="INFO",
            log_retention=RetentionDays.ONE_WEEK,
            on_engine=True,
        ),
        StageSettings(
            name="dev",
            protected=True,
            snap_start=False,
            checked=True,
            catalogued=True,
            log_level="INFO",
            log_retention=RetentionDays.ONE_MONTH,
        ),
        StageSettings(
            name="prod",
            protected=True,
            snap_start=True,
            checked=True,
            catalogued=True,
            log_level="INFO",
            log_retention=RetentionDays.SIX_MONTHS,
        ),
    )
}


def stage_settings(  # noqa: PLR0913, PLR0917 - an argument for each context value
    name: str,
    providers: str = "",
    key_store: str = "ssm",
    compatible_base_url: str = "",
    cors_origins: str = "",
    established: str = ",".join(STACKS),
) -> StageSettings:
    """The settings of stage `name` with these context values, as StageSettings describes them.

    Raises:
        ValueError: the stage, a provider, a stack or the key store is unknown (the text lists the known ones), or a
            CORS origin is not an origin.
    """
    if name not in STAGES:
        raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(STAGES)}")
    if key_store not in {"ssm", "secretsmanager"}:
        raise ValueError(f"unknown key_store {key_store!r}: choose ssm or secretsmanager")
    listed = tuple(provider.strip() for provider in providers.split(",") if provider.strip())
    default_config(listed)  # raises for an unknown provider
    if any(provider.startswith("compatible:") for provider in listed) and not compatible_base_url:
        raise ValueError("compatible:<model> needs the context compatible_base_url: the server's address")
    created = tuple(stack.strip() for stack in established.split(",") if stack.strip() not in {"", "none"})
    if unknown := set(created) - set(STACKS):
        raise ValueError(f"unknown stack {min(unknown)!r} in established: choose of {', '.join(STACKS)}, or none")
    store: Literal["ssm", "secretsmanager"] = "secretsmanager" if key_store == "secretsmanager" else "ssm"
    return replace(
        STAGES[name],
        providers=listed,
        key_store=store,
        compatible_base_url=compatible_base_url,
        cors_origins=allowed_origins(cors_origins),
        established=created,
    )
