"""What differs between stages. Wiring never does: a stage only chooses protection, retention and speed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from fourfold.config.presets import default_config
from fourfold.http.cors import allowed_origins


@dataclass(frozen=True, slots=True)
class StageSettings:
    """The settings of one stage.

    `protected` keeps stateful resources when their stack goes, and refuses to delete either by mistake.
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

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of a stateful resource that leaves its stack."""
        return RemovalPolicy.RETAIN if self.protected else RemovalPolicy.DESTROY

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


def stage_settings(
    name: str, providers: str = "", key_store: str = "ssm", compatible_base_url: str = "", cors_origins: str = ""
) -> StageSettings:
    """The settings of stage `name` with these model providers (comma-separated), key store and CORS origins.

    Raises:
        ValueError: a stage, provider or key store that is not known (the text names those that are), or no origin.
    """
    if name not in STAGES:
        raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(STAGES)}")
    if key_store not in {"ssm", "secretsmanager"}:
        raise ValueError(f"unknown key_store {key_store!r}: choose ssm or secretsmanager")
    listed = tuple(provider.strip() for provider in providers.split(",") if provider.strip())
    default_config(listed)  # refuses what is no preset
    if any(provider.startswith("compatible:") for provider in listed) and not compatible_base_url:
        raise ValueError("compatible:<model> needs the context compatible_base_url: where the server is")
    store: Literal["ssm", "secretsmanager"] = "secretsmanager" if key_store == "secretsmanager" else "ssm"
    return replace(
        STAGES[name],
        providers=listed,
        key_store=store,
        compatible_base_url=compatible_base_url,
        cors_origins=allowed_origins(cors_origins),
    )
