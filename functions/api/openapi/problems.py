"""Every problem the API can answer with, by its code: what openapi.json lists for each status."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.llm.port import ModelFailure
from fourfold.pipeline.failure import ADVICE
from functions.api.errors import STORE_OUTDATED


@dataclass(frozen=True)
class KnownProblem:
    """One problem. `general`: any route that lists its status may answer with it; the others are named by their route.

    `field`: an example of the `errors` that come with it, as (pointer, code, detail).
    """

    status: int
    title: str
    detail: str
    general: bool = False
    field: tuple[str, str, str] | None = None


_MODEL = {
    f"model_{failure.value}": KnownProblem(502, "The model gave no usable answer", ADVICE[failure])
    for failure in ModelFailure
}

CATALOGUE: dict[str, KnownProblem] = {
    "invalid_json": KnownProblem(
        400,
        "The body is not JSON",
        "The body: Expecting value (line 1, column 1).",
        general=True,
        field=("", "invalid_json", "Expecting value (line 1, column 1)."),
    ),
    "invalid_idempotency_key": KnownProblem(
        400,
        "The Idempotency-Key is not valid",
        "Idempotency-Key: Send one key of 1-255 printable ASCII characters, such as a UUID.",
        general=True,
        field=(
            "Idempotency-Key",
            "invalid_idempotency_key",
            "Send one key of 1-255 printable ASCII characters, such as a UUID.",
        ),
    ),
    "unauthenticated": KnownProblem(
        401, "A valid API key is needed", "Send Authorization: Bearer <api key>.", general=True
    ),
    "insufficient_scope": KnownProblem(
        403, "The key may not do this", "Use a key with the scope personas:write.", general=True
    ),
    "scope_not_grantable": KnownProblem(
        403,
        "A key can only grant what it may do itself",
        "/scopes/0: The key that asks does not have config:write itself.",
        field=("/scopes/0", "scope_not_held", "The key that asks does not have config:write itself."),
    ),
    "expiry_not_grantable": KnownProblem(
        403,
        "A key can only make keys that end with it or before",
        "/expires_at: The key that asks expires at 2027-02-21T09:00:00Z; give a time up to that.",
        field=(
            "/expires_at",
            "outlives_its_maker",
            "The key that asks expires at 2027-02-21T09:00:00Z; give a time up to that.",
        ),
    ),
    "stronger_key": KnownProblem(
        403,
        "The key may do more than the one that asks",
        "It has config:write, which the key that asks does not have. Use a key that has.",
    ),
    "config_locked": KnownProblem(
        403,
        "The setting is locked",
        "/ops/0/value: The org scope holds it.",
        field=("/ops/0/value", "locked", "The org scope holds it."),
    ),
    "invalid_if_match": KnownProblem(
        400,
        "If-Match is not valid",
        'If-Match: Send the ETag of the last reply as it came, such as "7" with its quotes.',
        field=("If-Match", "invalid_etag", 'Send the ETag of the last reply as it came, such as "7" with its quotes.'),
    ),
    "not_found": KnownProblem(
        404, "Not found", "There is nothing here for this key. Check the path and the id.", general=True
    ),
    "request_in_progress": KnownProblem(
        409,
        "The first request with this key is still running",
        "Send the request again when it is over; it is then answered with the first one's result.",
    ),
    "config_busy": KnownProblem(
        409, "The settings kept changing", "Others are changing these settings right now. Send the commit again."
    ),
    "precondition_failed": KnownProblem(
        412,
        "It has changed since you read it",
        "It is at revision 8 now. Read it again, and decide whether your change still holds.",
    ),
    "key_in_use": KnownProblem(409, "A key cannot revoke itself", "Revoke it with another key of the workspace."),
    "persona_deleted": KnownProblem(409, "The persona was deleted meanwhile", "Nothing is left of it."),
    "too_many_keys": KnownProblem(409, "The workspace has too many keys", "Revoke keys that nobody uses."),
    "body_too_large": KnownProblem(413, "The body is too large", "Send at most 65536 bytes.", general=True),
    "unsupported_media_type": KnownProblem(
        415,
        "The body must be JSON",
        "Send Content-Type: application/json, in UTF-8 and without a Content-Encoding.",
        general=True,
    ),
    "invalid_request": KnownProblem(
        422,
        "The request is not valid",
        "/intent: Must say something.",
        general=True,
        field=("/intent", "blank", "Must say something."),
    ),
    "idempotency_key_reused": KnownProblem(
        422,
        "The Idempotency-Key is taken",
        "Use a new key for a new request.",
        field=("Idempotency-Key", "key_reused", "Used before with another body."),
    ),
    "provider_not_configured": KnownProblem(
        422,
        "No usable model is configured",
        "The settings name models nobody here has credentials for (soul_draft: openai:gpt-5.5). Change them, or add "
        "the keys.",
    ),
    "rate_limited": KnownProblem(
        429,
        "Too many requests",
        "This key may make 600 requests a minute. Send the request again in 12 s.",
        general=True,
    ),
    "headers_too_large": KnownProblem(
        431, "The request's headers are too large", "The header if-match may have 8192 bytes.", general=True
    ),
    "too_many_generations": KnownProblem(
        429,
        "Too many personas in generation",
        "This workspace may have 50 runs at the same time. Send the request again when one of them is over.",
    ),
    "internal_error": KnownProblem(
        500, "Something broke here", "Try again; if it persists, report the request_id.", general=True
    ),
    **_MODEL,
    "service_unavailable": KnownProblem(503, "Not available right now", "Try again in a few seconds.", general=True),
    "store_outdated": KnownProblem(STORE_OUTDATED.status, STORE_OUTDATED.title, STORE_OUTDATED.detail, general=True),
    "run_not_started": KnownProblem(
        503,
        "The run could not be started",
        "The pipeline did not take the run. Send the brief again in a few seconds.",
    ),
    "run_interrupted": KnownProblem(
        503,
        "The run was cut off",
        "The service stopped while the run was under way. Nothing is charged twice; send the brief again.",
    ),
    "run_timed_out": KnownProblem(504, "The run took too long", "A step did not finish in time. Try again."),
}

# What a route answers with that starts a run, or waits for one.
OF_RUNS = ("run_not_started", "run_interrupted", "run_timed_out", *_MODEL)
# What a route answers with that asks a model itself.
OF_MODELS = tuple(_MODEL)
# What a route answers with that takes a run's own settings.
OF_SETTINGS = ("config_locked", "provider_not_configured")
# What a route answers with that commits settings.
OF_COMMITS = ("config_locked", "config_busy", "precondition_failed", "invalid_if_match")
OF_KEYED_REQUESTS = ("request_in_progress", "idempotency_key_reused", "invalid_idempotency_key")
