"""What to do about a failed model call, in one sentence."""

from __future__ import annotations

from typing import Final

from fourfold.llm.port import ModelFailure

# What each failure comes to where the provider's own words give no better advice.
ADVICE: Final[dict[ModelFailure, str]] = {
    ModelFailure.REFUSED: "The model refused the brief. Reword it, or configure another model for the step.",
    ModelFailure.TRUNCATED: "The answer did not fit max_tokens. Raise it in the step's configuration.",
    ModelFailure.INVALID_OUTPUT: "The model's answers did not fit the step's schema. Try again or use another model.",
    ModelFailure.CONSTRAINTS_BROKEN: "The model's answers broke the brief's demands. Reword it, or change the model.",
    ModelFailure.RATE_LIMITED: "The provider's rate limit was reached. Try again later.",
    ModelFailure.OVERLOADED: "The provider is overloaded. Try again later.",
    ModelFailure.SERVER_ERROR: "The provider failed inside. Try again later, or configure a fallback.",
    ModelFailure.TIMEOUT: "The model did not answer in time. Try again, or raise timeout_s of the step.",
    ModelFailure.UNREACHABLE: "The provider could not be reached. Check the network and try again.",
    ModelFailure.AUTHENTICATION: "The provider refused the key. Configure a valid one.",
    ModelFailure.QUOTA: "The provider's quota is used up. Raise it, or use another provider.",
    ModelFailure.BAD_REQUEST: "The provider refused the request. Check the step's model settings.",
}
# Failures that a setting of the block `{}` mends.
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
