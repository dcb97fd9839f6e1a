"""What the OpenAI SDK's exceptions mean, for the two wires that use it."""

from __future__ import annotations

import openai

from fourfold.llm.port import ModelFailure
from fourfold.models.provider import Fault, cause_of, failure_of_status, retry_after
from fourfold.models.provider_words import message_in

_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


def openai_fault(error: Exception) -> Fault | None:
    """What the exception means, or None for one that is not the SDK's."""
    match error:
        case openai.APITimeoutError():
            return Fault(ModelFailure.TIMEOUT, billed=True)
        case openai.APIConnectionError():
            return Fault(ModelFailure.UNREACHABLE, billed=True, words=cause_of(error))
        case openai.APIStatusError():
            failure = ModelFailure.QUOTA if error.code in _QUOTA_CODES else failure_of_status(error.status_code)
            words = message_in(error.body) or error.response.text
            return Fault(failure, retry_after(error.response.headers), status=error.status_code, words=words)
        case openai.APIError() if error.body:  # an error in the middle of a stream
            return Fault(ModelFailure.SERVER_ERROR, billed=True, words=message_in(error.body))
        case openai.OpenAIError():  # a reply that does not validate
            return Fault(ModelFailure.SERVER_ERROR, billed=True)
        case _:
            return None
