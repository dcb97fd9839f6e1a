"""What the OpenAI SDK's exceptions mean, for the two wires that use it."""

from __future__ import annotations

import openai

from fourfold.llm.port import ModelFailure
from fourfold.models.provider import Fault, failure_of_status, retry_after

_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


def openai_fault(error: Exception) -> Fault | None:
    """What the exception means, or None for one that is not the SDK's."""
    match error:
        case openai.APITimeoutError():
            return Fault(ModelFailure.TIMEOUT, billed=True)
        case openai.APIConnectionError():
            return Fault(ModelFailure.UNREACHABLE, billed=True)
        case openai.APIStatusError():
            failure = ModelFailure.QUOTA if error.code in _QUOTA_CODES else failure_of_status(error.status_code)
            return Fault(failure, retry_after(error.response.headers))
        case openai.OpenAIError():  # a reply that does not validate
            return Fault(ModelFailure.SERVER_ERROR, billed=True)
        case _:
            return None
