"""What to do about a failed model call, in one sentence."""

from __future__ import annotations

from typing import Final

from fourfold.llm.port import ModelFailure

# Advice for each failure, used if the provider's own text gives no better one.
ADVICE: Final[dict[ModelFailure, str]] = {
    ModelFailure.REFUSED: "The model refused the brief. Reword it, or configure another model for the step.",
    ModelFailure.TRUNCATED: "The answer exceeded max_tokens. Increase max_tokens of the step.",
    ModelFailure.INVALID_OUTPUT: "The answers did not match the step's schema. Try again, or configure another model.",
    ModelFailure.CONSTRAINTS_BROKEN: "The answers contradicted the brief. Reword it, or configure another model.",
    ModelFailure.RATE_LIMITED: "The provider's rate limit was reached. Try again later.",
    ModelFailure.OVERLOADED: "The provider is overloaded. Try again later.",
    ModelFailure.SERVER_ERROR: "The provider had an internal error. Try again later, or configure a fallback model.",
    ModelFailure.TIMEOUT: "The model did not answer in time. Try again, or increase timeout_s of the step.",
    ModelFailure.UNREACHABLE: "The provider could not be reached. Check the network and try again.",
    ModelFailure.AUTHENTICATION: "The provider rejected the API key. Configure a valid one.",
    ModelFailure.QUOTA: "The provider's quota is exhausted. Increase it, or configure another provider.",
    ModelFailure.BAD_REQUEST: "The provider rejected the request. Check the model settings of the step.",
}
# Failures that a setting of the block `{}` may fix.
_SETTING: Final[dict[ModelFailure, str]] = {
    ModelFailure.TRUNCATED: "Set {}.max_tokens higher (fourfold config set {}.max_tokens=...).",
    ModelFailure.TIMEOUT: "Set {}.timeout_s higher (fourfold config set {}.timeout_s=...), or use a faster model.",
    ModelFailure.INVALID_OUTPUT: "Try again, or set {}.model to a model that keeps to a JSON schema.",
}


def advice(failure: ModelFailure, settings: str = "") -> str:
    """What to do about `failure`. `settings` is the block of the model's settings, such as `engine.chat`."""
    if settings and failure in _SETTING:
        return _SETTING[failure].replace("{}", settings)
    return ADVICE[failure]
