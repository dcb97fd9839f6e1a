"""Whether the two sides of an evaluation send the same requests, whatever their settings are called."""

from __future__ import annotations

from typing import Any, Final

from fourfold.config.engine import EngineConfig
from fourfold.evaluation.models import Arm
from fourfold.models.step_checks import STEPS
from fourfold.steps import SINGLE_CALL_ORDER, STEP_ORDER

_SHIPPED: Final = {step.text_name: step.task for step in STEPS if step.text_name is not None}


def is_same(a: Arm, b: Arm) -> bool:
    """Whether both sides send the same requests.

    The name of a variant, a text of it that is the shipped one, and the settings of steps, retries and confirmations
    that the method does not have are in none of them.
    """
    return _sent(a.config) == _sent(b.config)


def _sent(config: EngineConfig) -> dict[str, Any]:
    found = config.pinned().model_dump()
    pipeline = found["pipeline"]
    steps = SINGLE_CALL_ORDER if config.pipeline.method == "single_call" else STEP_ORDER
    for unused in {*STEP_ORDER, *SINGLE_CALL_ORDER} - set(steps):
        del pipeline[unused.value]
    pipeline["audit"] |= _repeated_audits(config)
    pipeline["variant"] = {
        name: text
        for name, text in pipeline["variant"]["texts"].items()
        if name not in _SHIPPED or (name in pipeline and text != _SHIPPED[name])
    }
    return found


def _repeated_audits(config: EngineConfig) -> dict[str, Any]:
    """The settings of retries and of the confirmation, as far as they take effect. The single call is not retried."""
    audit = config.pipeline.audit
    retries = 0 if config.pipeline.method == "single_call" else audit.max_retries
    confirmed = audit.confirm == "always" or (audit.confirm == "after_retry" and retries > 0)
    return {
        "max_retries": retries,
        "retry_from": audit.retry_from if retries else None,
        "confirm": audit.confirm if confirmed else "never",
        "confirm_model": audit.for_confirmation().chain if confirmed else None,
    }
