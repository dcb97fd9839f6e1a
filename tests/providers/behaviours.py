"""What a call can meet: answers, refusals, errors and broken connections, the same names for every provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from tests.providers.wires import Body, Ending, Fault, Metered, Provider, Received, failure, success


class Delivery(StrEnum):
    """What happens to a reply on its way."""

    WHOLE = "whole"
    NEVER = "never"
    HANGS_HALFWAY = "hangs_halfway"
    HANGS_AT_THE_END = "hangs_at_the_end"
    DRIPS = "drips"
    RESETS = "resets"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response. `output_tokens` is None where no model wrote anything: such a reply has no latency."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    every_s: float = 0.0
    output_tokens: int | None = None


class Behaviour(Protocol):
    """Decides what one call meets."""

    def reply(self, call: Received) -> Reply:
        """The response to `call`."""


@dataclass(frozen=True, slots=True)
class Says:
    """A 200 with the model's text in it."""

    text: str
    ending: Ending = Ending.COMPLETE
    metered: Metered = field(default_factory=Metered)
    delivery: Delivery = Delivery.WHOLE
    every_s: float = 0.0

    def reply(self, call: Received) -> Reply:
        body, headers = success(call, self.text, self.metered, self.ending)
        return Reply(
            json.dumps(body).encode(),
            headers=headers,
            delivery=self.delivery,
            every_s=self.every_s,
            output_tokens=self.metered.output,
        )


@dataclass(frozen=True, slots=True)
class Fails:
    """An error in the provider's own words. A compatible server says what OpenAI says."""

    faults: Mapping[Provider, Fault]
    retry_after: float | None = None

    def reply(self, call: Received) -> Reply:
        fault = self.faults[Provider.OPENAI if call.provider is Provider.COMPATIBLE else call.provider]
        if self.retry_after is not None and call.provider is Provider.GOOGLE:
            fault = replace(fault, details=(*fault.details, _retry_info(self.retry_after)))
        body, headers = failure(call.provider, fault)
        if self.retry_after is not None and call.provider not in {Provider.GOOGLE, Provider.BEDROCK}:
            headers["retry-after"] = f"{self.retry_after:g}"
        return Reply(json.dumps(body).encode(), fault.status, headers)


@dataclass(frozen=True, slots=True)
class Changed:
    """A 200 of the provider's with something in it that should not be there, or that is not."""

    change: Callable[[Body], object]

    def reply(self, call: Received) -> Reply:
        body, headers = success(call, "{}", Metered(), Ending.COMPLETE)
        return Reply(json.dumps(self.change(body)).encode(), headers=headers)


@dataclass(frozen=True, slots=True)
class Raw:
    """A 200 that is not the API's at all."""

    body: bytes
    content_type: str

    def reply(self, call: Received) -> Reply:  # noqa: ARG002 - a Behaviour
        return Reply(self.body, headers={"content-type": self.content_type})


def _google_detail(kind: str, **fields: object) -> Body:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def _retry_info(seconds: float) -> Body:
    return _google_detail("RetryInfo", retryDelay=f"{seconds:g}s")


def _exceeded(per: str) -> Body:
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    quota = f"GenerateRequestsPer{per}PerProjectPerModel-FreeTier"
    return _google_detail("QuotaFailure", violations=[{"quotaMetric": metric, "quotaId": quota, "quotaValue": "20"}])


def _faults(anthropic: Fault, openai: Fault, google: Fault, bedrock: Fault) -> Mapping[Provider, Fault]:
    return {
        Provider.ANTHROPIC: anthropic,
        Provider.OPENAI: openai,
        Provider.GOOGLE: google,
        Provider.BEDROCK: bedrock,
    }


_SPENT = "You exceeded your current quota, please check your plan and billing details."

FAULTS: Mapping[str, Mapping[Provider, Fault]] = {
    "rate_limited": _faults(
        Fault(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
        Fault(429, "requests", "Rate limit reached on requests per min (RPM).", code="rate_limit_exceeded"),
        Fault(429, "RESOURCE_EXHAUSTED", _SPENT, details=(_exceeded("Minute"),)),
        Fault(429, "ThrottlingException", "Too many requests, please wait before trying again."),
    ),
    "overloaded": _faults(
        Fault(529, "overloaded_error", "Overloaded"),
        Fault(503, "server_error", "The server is currently overloaded with other requests."),
        Fault(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        Fault(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    ),
    "server_error": _faults(
        Fault(500, "api_error", "Internal server error"),
        Fault(500, "server_error", "The server had an error while processing your request."),
        Fault(500, "INTERNAL", "An internal error has occurred."),
        Fault(500, "InternalServerException", "The system encountered an unexpected error."),
    ),
    "quota": _faults(
        Fault(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        Fault(429, "insufficient_quota", _SPENT, code="insufficient_quota"),
        # The real API sends a short RetryInfo with a spent day, too.
        Fault(429, "RESOURCE_EXHAUSTED", _SPENT, details=(_exceeded("Day"), _retry_info(34))),
        Fault(400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account."),
    ),
    "bad_key": _faults(
        Fault(401, "authentication_error", "invalid x-api-key"),
        Fault(401, "invalid_request_error", "Incorrect API key provided: sk-te**st.", code="invalid_api_key"),
        Fault(
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            details=(_google_detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com"),),
        ),
        Fault(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    ),
    "forbidden": _faults(
        Fault(403, "permission_error", "Your API key does not have permission to use the specified resource."),
        Fault(403, "invalid_request_error", "You are not allowed to sample from this model."),
        Fault(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
        Fault(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    ),
    "bad_request": _faults(
        Fault(400, "invalid_request_error", "max_tokens: must be greater than or equal to 1"),
        Fault(
            400,
            "invalid_request_error",
            "Invalid value: 'robot'. Expected 'user' or 'assistant'.",
            code="invalid_value",
        ),
        Fault(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
        Fault(400, "ValidationException", "The model returned the following errors: malformed input request."),
    ),
    "unknown_model": _faults(
        Fault(404, "not_found_error", "model: no-such-model"),
        Fault(404, "invalid_request_error", "The model `no-such-model` does not exist.", code="model_not_found"),
        Fault(404, "NOT_FOUND", "models/no-such-model is not found for API version v1beta."),
        Fault(404, "ResourceNotFoundException", "The model is not found."),
    ),
}


def answer(text: str = '{"ok": true}', metered: Metered | None = None) -> Says:
    """The model says `text`, complete."""
    return Says(text, metered=metered or Metered())


def rate_limited(retry_after: float | None = None) -> Fails:
    """429 for now. `retry_after` seconds: a header, for Google a RetryInfo; Bedrock never tells."""
    return Fails(FAULTS["rate_limited"], retry_after)


def failing(case: str) -> Fails:
    """An error of the table `FAULTS` by its name."""
    return Fails(FAULTS[case])


def timeout() -> Says:
    """Reads the request and never answers."""
    return Says("{}", delivery=Delivery.NEVER)


def hang_mid_body() -> Says:
    """Sends the headers and half of the body, then nothing more."""
    return Says("{}", delivery=Delivery.HANGS_HALFWAY)


def drip(every_s: float = 0.1) -> Says:
    """A byte of the body each `every_s` seconds: about a minute and a half in all, and no read waits for long."""
    return Says("{}", delivery=Delivery.DRIPS, every_s=every_s)


def reset() -> Says:
    """Drops the connection with a TCP reset before any byte."""
    return Says("{}", delivery=Delivery.RESETS)


def non_json_200(content_type: str = "application/json") -> Raw:
    """A proxy's page under a 200. SDKs treat it differently when the type admits it: try `text/html` too."""
    return Raw(b"<html><body>Welcome to the hotel network</body></html>", content_type)


def _without_content(body: Body) -> Body:
    return {**body, **dict.fromkeys(("content", "output", "choices", "candidates"))}


# 200s that are JSON and yet no answer: an SDK may trip over any of them in a way of its own.
ODD: Mapping[str, Callable[[], Behaviour]] = {
    "empty_object": lambda: Changed(lambda _: {}),
    "list": lambda: Changed(lambda _: []),
    "null": lambda: Changed(lambda _: None),
    "string": lambda: Changed(lambda _: "fine"),
    "error_under_200": lambda: Changed(lambda _: {"type": "error", "error": {"type": "x", "message": "y"}}),
    "content_null": lambda: Changed(_without_content),
    "content_string": lambda: Changed(lambda body: {**body, "content": "x", "output": "x", "choices": "x"}),
    "usage_empty": lambda: Changed(lambda body: {**body, "usage": {}, "usageMetadata": {}}),
    "usage_null": lambda: Changed(lambda body: {**body, "usage": None, "usageMetadata": None}),
    "not_utf8": lambda: Raw(b'{"id": "\xff\xfe"}', "application/json"),
}

CASES: Mapping[str, Callable[[], Behaviour]] = {
    "answer": answer,
    "rate_limited": rate_limited,
    "overloaded": lambda: failing("overloaded"),
    "server_error": lambda: failing("server_error"),
    "timeout": timeout,
    "hang_mid_body": hang_mid_body,
    "drip": drip,
    "reset": reset,
    "non_json_200": non_json_200,
    "non_json_200_html": lambda: non_json_200("text/html"),
    "malformed_json": lambda: Says('{"soul": {"desire": "To be asked for once'),
    "truncated": lambda: Says('{"soul": {"desire": "To be as', Ending.TRUNCATED),
    "refusal": lambda: Says("I can't help with that.", Ending.REFUSED),
    "content_filter": lambda: Says("", Ending.FILTERED),
    "wrong_schema": lambda: Says('{"weather": "rain"}'),
    "quota": lambda: failing("quota"),
    "bad_key": lambda: failing("bad_key"),
    "forbidden": lambda: failing("forbidden"),
    "bad_request": lambda: failing("bad_request"),
    "unknown_model": lambda: failing("unknown_model"),
}
"""Every case by its name, made afresh: what a provider x case matrix walks."""
