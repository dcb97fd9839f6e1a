"""The catalogue of problems by code, from which the OpenAPI document lists the problems of each status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fourfold.http.problems import not_stored
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.cancellation import CANCELLED
from fourfold.pipeline.failure import job_problem, problem_from
from fourfold.pipeline.refusal import refused_brief
from fourfold.pipeline.submit import NOT_STARTED
from fourfold.problem import Problem
from fourfold.spending.budget import PRICE_UNKNOWN, BudgetExceededError, Cap
from functions.api.errors import SESSION_DELETED, STORE_OUTDATED, session_ended


@dataclass(frozen=True)
class KnownProblem:
    """One problem. A `general` problem belongs to every route that lists its status; others are listed by code.

    `field` is an example of its `errors`, as (pointer, code, detail).
    """

    status: int
    title: str
    detail: str
    general: bool = False
    field: tuple[str, str, str] | None = None


def _known(answer: Problem) -> KnownProblem:
    return KnownProblem(answer.status, answer.title, answer.detail)


_MODEL = {f"model_{failure.value}": _known(job_problem(ModelError(failure, ""))) for failure in ModelFailure}

_NOT_STORED = not_stored().problem
_EXCEEDED = BudgetExceededError(Cap("month", 50.0), 0.12, 0.13, datetime(2026, 11, 27, tzinfo=UTC)).problem

CATALOGUE: dict[str, KnownProblem] = {
    "invalid_json": KnownProblem(
        400,
        "The request body is not valid JSON",
        "The request body: Syntax error at line 1, column 1.",
        general=True,
        field=("", "invalid_json", "Syntax error at line 1, column 1."),
    ),
    "invalid_idempotency_key": KnownProblem(
        400,
        "Invalid Idempotency-Key",
        "Idempotency-Key: Send one key of 1-255 printable ASCII characters, such as a UUID.",
        general=True,
        field=(
            "Idempotency-Key",
            "invalid_idempotency_key",
            "Send one key of 1-255 printable ASCII characters, such as a UUID.",
        ),
    ),
    "unauthenticated": KnownProblem(
        401, "A valid API key is required", "Send Authorization: Bearer <api key>.", general=True
    ),
    "budget_exceeded": KnownProblem(402, _EXCEEDED.title, _EXCEEDED.detail),
    "price_unknown": _known(PRICE_UNKNOWN),
    "insufficient_scope": KnownProblem(
        403, "Insufficient scope", "Use an API key with the scope personas:write.", general=True
    ),
    "workspace_deleting": KnownProblem(
        403,
        "The workspace is being deleted",
        "Nothing of it can be read or changed. DELETE /v1/workspace continues the deletion.",
        general=True,
    ),
    "not_confirmed": KnownProblem(
        422,
        "The deletion is not confirmed",
        "confirm: Must be ws_acme, the id of the workspace that this API key belongs to.",
        field=(
            "confirm",
            "not_this_workspace",
            "Must be ws_acme, the id of the workspace that this API key belongs to.",
        ),
    ),
    "scope_not_grantable": KnownProblem(
        403,
        "A key can only grant its own scopes",
        "scopes[0]: The API key of the request does not have config:write.",
        field=("/scopes/0", "scope_not_held", "The API key of the request does not have config:write."),
    ),
    "expiry_not_grantable": KnownProblem(
        403,
        "A key cannot expire after the key that creates it",
        "expires_at: Must not be after 2027-02-21T09:00:00Z, when the API key of the request expires.",
        field=(
            "/expires_at",
            "outlives_its_maker",
            "Must not be after 2027-02-21T09:00:00Z, when the API key of the request expires.",
        ),
    ),
    "capped_key": KnownProblem(
        403,
        "A key with a cap creates no keys",
        "Create the key with an API key that has no usd_per_month.",
    ),
    "stronger_key": KnownProblem(
        403,
        "The key has scopes that the API key of the request lacks",
        "It has config:write. Use an API key with these scopes.",
    ),
    "config_locked": KnownProblem(
        403,
        "The setting is locked",
        "ops[0].value: The org scope has locked it.",
        field=("/ops/0/value", "locked", "The org scope has locked it."),
    ),
    "invalid_if_match": KnownProblem(
        400,
        "Invalid If-Match",
        'If-Match: Send the ETag of the last reply unchanged, such as "7" including the quotes.',
        field=(
            "If-Match",
            "invalid_etag",
            'Send the ETag of the last reply unchanged, such as "7" including the quotes.',
        ),
    ),
    "not_found": KnownProblem(
        404, "Not found", "No such resource exists for this API key. Check the path and the id.", general=True
    ),
    "request_in_progress": KnownProblem(
        409,
        "The first request with this Idempotency-Key is still running",
        "Retry later; the reply is then the result of the first request.",
    ),
    "config_busy": KnownProblem(
        409, "The settings changed during the commit", "Other commits to this scope are in progress. Retry the commit."
    ),
    "voice_check_required": KnownProblem(
        409,
        "The model must pass a voice check first",
        "No voice check found openai:gpt-6.1-terra equivalent for per_01kaqf0c5v3y9m2t8z4n6r1w7b. POST "
        "/v1/personas/{id}/voice-check with this model, or set engine.chat.require_voice_check to false.",
    ),
    "evaluation_required": KnownProblem(
        409,
        "The settings must be evaluated first",
        "No evaluation found these settings better than the present ones, or equivalent: "
        'engine.pipeline.soul_draft.model. POST /v1/evaluations with "a": {}, the new values in "b": {"config": ...} '
        "and no other metrics or margin than the defaults, or set engine.pipeline.require_evaluation to false.",
    ),
    "precondition_failed": KnownProblem(
        412,
        "The resource has changed",
        "The current revision is 8. Read it again and retry with its ETag.",
    ),
    "key_in_use": KnownProblem(409, "A key cannot revoke itself", "Revoke it with another key of the workspace."),
    "persona_deleted": _known(DELETED),
    "run_cancelled": _known(CANCELLED),
    "session_deleted": _known(SESSION_DELETED),
    "session_ended": _known(session_ended().problem),
    "too_many_keys": KnownProblem(409, "Too many API keys in the workspace", "Revoke unused keys."),
    "request_timeout": KnownProblem(
        408,
        "Request body too slow",
        "The request body was not complete within 24 seconds. Send it faster.",
        general=True,
    ),
    "body_too_large": KnownProblem(413, "Request body too large", "Send at most 65536 bytes.", general=True),
    "unsupported_media_type": KnownProblem(
        415,
        "Content-Type must be application/json",
        "Send Content-Type: application/json, encoded in UTF-8 and without Content-Encoding.",
        general=True,
    ),
    "invalid_request": KnownProblem(
        422,
        "The request is not valid",
        "intent: Must not be blank.",
        general=True,
        field=("/intent", "blank", "Must not be blank."),
    ),
    "constraint_broken": KnownProblem(
        422,
        "The edit breaks constraints of the persona",
        'layers.surface.age: Is 35; must be "34", because the brief says "34" (set by intent_parse). To store it '
        "nevertheless, send accept_violations: true.",
        field=(
            "/layers/surface/age",
            "constraint_broken",
            'Is 35; must be "34", because the brief says "34" (set by intent_parse).',
        ),
    ),
    "idempotency_key_reused": KnownProblem(
        422,
        "Idempotency-Key already used",
        "Use a new Idempotency-Key for each new request.",
        field=("Idempotency-Key", "key_reused", "Already used with a different request."),
    ),
    "brief_refused": _known(refused_brief("minor_romantic")),
    "provider_not_configured": KnownProblem(
        422,
        "No usable model is configured",
        "These models cannot be used in this deployment: soul_draft: openai:gpt-5.5. Change the settings, or add the "
        "credentials of their providers.",
    ),
    "rate_limited": KnownProblem(
        429,
        "Too many requests",
        "This key is limited to 600 requests per minute. Retry in 12 s.",
        general=True,
    ),
    "headers_too_large": KnownProblem(
        431, "Request headers too large", "The header if-match must not exceed 8192 bytes.", general=True
    ),
    "too_many_generations": KnownProblem(
        429,
        "Too many concurrent generations",
        "This workspace is limited to 50 concurrent runs. Retry when one of them has ended.",
    ),
    "internal_error": KnownProblem(
        500, "Internal server error", "Try again. If the error persists, report the request_id.", general=True
    ),
    **_MODEL,
    "service_unavailable": KnownProblem(503, "Service unavailable", "Try again in a few seconds.", general=True),
    "store_outdated": replace(_known(STORE_OUTDATED), general=True),
    "not_stored": KnownProblem(507, _NOT_STORED.title, _NOT_STORED.detail, general=True),
    "run_not_started": _known(NOT_STARTED),
    "run_interrupted": _known(problem_from("ABORTED", "")),
    "run_timed_out": _known(problem_from("TIMED_OUT", "")),
}

# Problems of work under a budget.
OF_BUDGETS = ("budget_exceeded", "price_unknown")
# Problems of routes that start or await a run.
OF_RUNS = (*OF_BUDGETS, "run_not_started", "run_interrupted", "run_timed_out", "brief_refused", *_MODEL)
# Problems of routes that call a model.
OF_MODELS = (*OF_BUDGETS, *_MODEL)
# Problems of routes that accept settings for one run.
OF_SETTINGS = ("config_locked", "provider_not_configured")
# Problems of routes that commit settings.
OF_COMMITS = (
    *("config_locked", "config_busy", "voice_check_required", "evaluation_required"),
    *("precondition_failed", "invalid_if_match"),
)
OF_KEYED_REQUESTS = ("request_in_progress", "idempotency_key_reused", "invalid_idempotency_key")

# Conflicts (409) of several resources.
NOT_READY = {"persona_not_ready": "the persona is not active or flagged"}
NOT_WRITTEN = {"persona_not_written": "the persona has no layers yet"}
PERSONA_DELETED = {"persona_deleted": "the persona was deleted during the request"}
RUN_CANCELLED = {"run_cancelled": "the run was cancelled during the request"}
SESSION_CLOSED = {
    "session_ended": "the session was ended",
    "session_deleted": "the session was deleted during the request",
}
IN_PROGRESS = {"request_in_progress": "the first request with this Idempotency-Key is still running"}
