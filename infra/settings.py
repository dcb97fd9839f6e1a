"""What differs between stages. Wiring never does: a stage only chooses protection, retention and speed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from fourfold.catalogue import OFFLINE
from fourfold.config.presets import default_config
from fourfold.http.cors import allowed_origins

DATA: Final = "data"
SERVICE: Final = "service"
STACKS: Final = (DATA, SERVICE)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """The settings of one stage.

    `protected` keeps stateful resources when their stack goes, and refuses to delete either by mistake. `established`
    (context of that name, comma-separated) are the stacks that have been created: only those are locked against
    deletion, for CloudFormation must be able to take back a first creation that failed.
    `snap_start` restores functions from a snapshot of their initialised runtime; AWS bills for keeping it.
    `checked` runs the template checks (cdk-nag, CloudFormation rules) at synth; they cost about two seconds.
    `catalogued` publishes the events' schemas and archives the events; the engine of a laptop has neither service.
    `providers` are the model providers runs use, in order of preference (context `providers`, comma-separated; none:
    offline). `key_store` (context `key_store`) is where their keys are kept: SSM parameters or Secrets Manager.
    `compatible_base_url` (context of that name) is where `compatible:<model>` is served. `cors_origins` (context of
    that name, comma-separated) are the origins whose web pages may call the API; none: no page may.
    `on_engine`: addresses are paths on the local engine's, which is another one at every start.
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
        """What becomes of a stateful resource that leaves its stack; one of a creation that failed is deleted."""
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if self.protected else RemovalPolicy.DESTROY

    def locked(self, stack: str) -> bool:
        """Whether the stack (one of STACKS) and what it keeps refuse to be deleted."""
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
        """Tags of every stack, which CloudFormation passes on to what can be tagged."""
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
    """The settings of stage `name` with these context values; `providers`, `cors_origins`, `established` are lists.

    Raises:
        ValueError: a stage, provider, stack or key store that is not known (the text names those that are), no origin.
    """
    if name not in STAGES:
        raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(STAGES)}")
    if key_store not in {"ssm", "secretsmanager"}:
        raise ValueError(f"unknown key_store {key_store!r}: choose ssm or secretsmanager")
    listed = tuple(provider.strip() for provider in providers.split(",") if provider.strip())
    default_config(listed)  # refuses what is no preset
    if any(provider.startswith("compatible:") for provider in listed) and not compatible_base_url:
        raise ValueError("compatible:<model> needs the context compatible_base_url: where the server is")
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
