"""Problems that several resources share: the store's and a persona's state, its fingerprint, and invalid settings."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.config.scope import Scope
from fourfold.constraints import Violation
from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError, Problem, problem

STORE_OUTDATED: Problem = problem(
    "store_outdated",
    "The stored data must be converted first",
    503,
    "An earlier version of fourfold stored it. The operator of this deployment converts it: python -m infra.migrate",
)

SESSION_DELETED: Problem = problem(
    "session_deleted",
    "The session was deleted",
    409,
    "It was deleted during the request. Leave session_id out to begin a new one.",
)


def session_ended() -> ProblemError:
    """409: the session takes no further message."""
    detail = 'Reopen it with PATCH /v1/sessions/{id} {"ended": false}, or leave session_id out to begin a new one.'
    return ProblemError(problem("session_ended", "The session was ended", 409, detail))


def persona_not_written() -> ProblemError:
    """409: the persona has no layers yet."""
    detail = "Its first run is still in progress or has failed. Wait for the run, or regenerate from intent_parse."
    return ProblemError(problem("persona_not_written", "The persona has no layers yet", 409, detail))


def run_in_progress(path: str) -> ProblemError:
    """409: a run of the persona is in progress; `path` is its path."""
    detail = "Follow the run at Location and retry when it has ended."
    answer = problem("run_in_progress", "A run is in progress for this persona", 409, detail)
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "5"})


def constraints_broken(pointer: str, violations: Sequence[Violation]) -> ProblemError:
    """422: edits break constraints. `pointer` is the place of the edits in the body."""
    faults = [
        FieldError(
            pointer=f"{pointer}/{violation.field.replace('.', '/')}",
            code="constraint_broken",
            detail=f"Is {violation.observed}; must be {violation.demand} (set by {violation.source}).",
        )
        for violation in violations
    ]
    answer = rejected(faults, code="constraint_broken", title="The edit breaks constraints of the persona")
    detail = f"{answer.problem.detail} To store it nevertheless, send accept_violations: true."
    return ProblemError(answer.problem.model_copy(update={"detail": detail}))


def settings_rejected(faults: list[FieldError], locked_by: Scope | None) -> ProblemError:
    """422 for invalid settings; 403 `config_locked` if locks are the only reason."""
    if locked_by is None:
        return rejected(faults)
    answer = rejected(faults, code="config_locked", title="The setting is locked", status=403)
    return ProblemError(answer.problem.model_copy(update={"locked_by": locked_by.value}))


def no_fingerprint() -> ProblemError:
    """409: the persona has no fingerprint yet."""
    detail = "Wait until the status of GET .../fingerprint is ready; if it is failed, POST .../fingerprint."
    return ProblemError(problem("fingerprint_not_ready", "The fingerprint is not ready", 409, detail))


def fingerprint_disabled() -> ProblemError:
    """409: fingerprints are switched off."""
    detail = "Set engine.fingerprint.enabled to true first."
    return ProblemError(problem("fingerprint_disabled", "Fingerprints are disabled", 409, detail))


def embedder_mismatch() -> ProblemError:
    """409: the persona's fingerprint was made with another embedder than the configured one."""
    detail = "Another embedder made the fingerprint. POST .../fingerprint computes it again."
    return ProblemError(problem("embedder_mismatch", "The voices cannot be compared", 409, detail))


def slug_taken() -> ProblemError:
    """409: another persona of the workspace has the slug."""
    fault = FieldError(pointer="/slug", code="slug_taken", detail="Already used by another persona.")
    detail = "Choose another slug, or change the slug of the persona that uses it."
    answer = problem("slug_taken", "Slug already in use", 409, detail)
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))
