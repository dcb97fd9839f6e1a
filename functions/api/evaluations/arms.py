"""The two arms of an evaluation: the workspace's settings changed by a preset, a model, a method and settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from fourfold.config.commit import SetOp
from fourfold.config.effective import EffectiveSettings
from fourfold.config.engine import AuditConfig
from fourfold.config.preset_ops import PRESET_NAMES, preset_ops
from fourfold.config.request import REQUEST_KEYS, provider_of, unusable_in_chat, usable_names, why_unusable
from fourfold.evaluation.models import Arm, Side, VariantRef
from fourfold.evaluation.variants import VARIANT_KEY, variant_ref
from fourfold.http.problems import ProblemError, rejected
from fourfold.models.credentials import available_providers
from fourfold.problem import FieldError
from functions.api.config.pinning import pin_settings, require_usable
from functions.api.evaluations.schemas import ArmRequest

_PIPELINE: Final = "engine.pipeline."
_METHOD: Final = "engine.pipeline.method"
_METHODS: Final = {"naive": "single_call", "six_steps": "six_steps"}
_OF_ONE_MODEL: Final[Mapping[str, JsonValue]] = {
    "fallback": [],
    "confirm_model": None,
    "temperature": None,
    "effort": None,
}


def arm_of(side: Side, asked: ArmRequest, base: EffectiveSettings) -> Arm:
    """Returns the arm with its settings as they are now.

    Raises:
        ProblemError: 422 a preset, model or setting is not usable, by pointer; 403 a setting is locked.
    """
    try:
        config = pin_settings(base, _settings(side, asked, base)).engine
    except ProblemError as refused:
        raise _at(side, asked, refused) from None
    variant = variant_ref(config)
    return Arm(
        side=side,
        label=asked.label or _label(side, asked, variant),
        config=config,
        config_hash=config.hash(),
        method=config.pipeline.method,
        variant=variant,
    )


def require_speakers(*arms: Arm) -> None:
    """Raises ProblemError (422) if no model of the chat, as which personas answer scenarios, can be used here."""
    for arm in arms:
        require_usable(unusable_in_chat(arm.config, available_providers(os.environ)))


def judge_of(model: str | None, base: EffectiveSettings) -> AuditConfig:
    """Returns the settings of the judge: one model, never another one in its place.

    Raises:
        ProblemError: 422, there are no credentials for the model here.
    """
    audit = base.settings.engine.pipeline.audit
    chosen = audit.model if model is None else model
    if provider_of(chosen) not in usable_names(available_providers(os.environ)):
        detail = f"{why_unusable({provider_of(chosen)})}."
        raise rejected([FieldError(pointer="/judge", code="provider_not_configured", detail=detail)])
    further = {} if model is None else {"temperature": None, "effort": None}
    return audit.model_copy(update={"model": chosen, "fallback": (), "confirm_model": None, **further})


def _settings(side: Side, asked: ArmRequest, base: EffectiveSettings) -> dict[str, JsonValue]:
    settings: dict[str, JsonValue] = {}
    if asked.preset is not None:
        settings |= _of_preset(side, asked.preset, base)
    if asked.model is not None:
        settings |= _of_model(asked.model)
    if asked.method is not None:
        settings[_METHOD] = _METHODS[asked.method]
    return settings | asked.config


def _of_preset(side: Side, name: str, base: EffectiveSettings) -> dict[str, JsonValue]:
    """What a preset sets of the pipeline. Personas answer scenarios with the models of the workspace's chat."""
    try:
        ops = preset_ops(name, base.chain, base.defaults)
    except ValueError:
        detail = f"No such preset. There are {', '.join(PRESET_NAMES)} and compatible:<model>."
        raise rejected([FieldError(pointer=f"/{side}/preset", code="unknown_preset", detail=detail)]) from None
    return {
        op.key: op.value
        for op in ops
        if isinstance(op, SetOp) and op.key.startswith(_PIPELINE) and op.key in REQUEST_KEYS
    }


def _of_model(model: str) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key in REQUEST_KEYS:
        setting = key.rsplit(".", 1)[1]
        if not key.startswith(_PIPELINE):
            continue
        if setting == "model":
            found[key] = model
        elif setting in _OF_ONE_MODEL:
            found[key] = _OF_ONE_MODEL[setting]
    return found


def _at(side: Side, asked: ArmRequest, refused: ProblemError) -> ProblemError:
    """The problem with its pointers under the arm: a setting that the caller did not name came from another field."""
    given = {f"/config/{key}" for key in asked.config}
    source = "model" if asked.model is not None else "preset" if asked.preset is not None else "config"
    errors = tuple(
        error.model_copy(
            update={"pointer": f"/{side}{error.pointer}" if error.pointer in given else f"/{side}/{source}"}
        )
        for error in refused.problem.errors or ()
    )
    found = list({(error.pointer, error.code, error.detail): error for error in errors}.values())
    return ProblemError(refused.problem.model_copy(update={"errors": tuple(found)}), refused.headers)


def _label(side: Side, asked: ArmRequest, variant: VariantRef | None) -> str:
    own = None if variant is None or VARIANT_KEY not in asked.config else variant.name
    named = [name for name in (asked.preset, asked.model, asked.method, own) if name is not None]
    if named:
        return " ".join(named)[:160]
    return f"{side.upper()}, changed" if asked.config else "current"
