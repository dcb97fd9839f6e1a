"""The persona in an uploaded file: JSON or a PNG card, checked for type, size and content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from fourfold.cards.png_card import NoCardError, card_in
from fourfold.cards.reading import (
    BadPersonaError,
    ForeignCardError,
    Imported,
    TooManyValuesError,
    UnknownFileError,
    read,
)
from fourfold.http.body import parsed, require_few_values, require_json
from fourfold.http.problems import ProblemError, field_errors, rejected
from fourfold.problem import FieldError, problem
from functions.clock import now

PNG = "image/png"
# A DynamoDB item holds 400 KB.
_CARRIED_BYTES = 300 * 1024
_PERSONA_BYTES = 80 * 1024
# Values in arrays and objects. A lorebook of 300 KB has some ten thousand.
_FILE_VALUES = 50_000


@dataclass(frozen=True)
class Upload:
    """A file's content, the persona in it, and as JSON what its card carries beside the persona."""

    content: Any
    imported: Imported
    carried: str | None


def is_png(request: Request) -> bool:
    """Whether the body is declared as a picture. Raises ProblemError (415) if it is neither that nor JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == PNG:
        return True
    if media_type != "application/json":
        detail = f"Send Content-Type: application/json or {PNG}."
        answer = problem("unsupported_media_type", "The body must be JSON or a PNG", 415, detail)
        raise ProblemError(answer, {"Accept": f"application/json, {PNG}"})
    require_json(request)
    return False


def read_upload(body: bytes, workspace_id: str, *, as_png: bool) -> Upload:
    """The persona in a file.

    Raises:
        ProblemError: 400 it is not JSON, 422 it holds no persona of ours, or too much of anything.
    """
    content = _content(body, as_png=as_png)
    try:
        imported = read(content, workspace_id, now())
    except ForeignCardError:
        raise _no_persona_in_card() from None
    except UnknownFileError as error:
        raise rejected([FieldError(pointer="/spec", code="unknown_file", detail=str(error))]) from None
    except TooManyValuesError as error:
        fault = FieldError(pointer=error.pointer, code="too_many_values", detail=f"Holds over {error.most} values.")
        raise rejected([fault]) from None
    except BadPersonaError as error:
        faults = field_errors(error.faults, "body")
        raise rejected([_in_card(fault) for fault in faults] if as_png else faults) from None
    carried = json.dumps(imported.carried, ensure_ascii=False, separators=(",", ":")) if imported.carried else None
    if carried is not None and len(carried.encode()) > _CARRIED_BYTES:
        detail = f"What the card carries beside the persona is over {_CARRIED_BYTES} bytes."
        raise rejected([FieldError(pointer="/data", code="too_much_carried", detail=detail)])
    if len(imported.persona.model_dump_json().encode()) > _PERSONA_BYTES:
        detail = f"The persona is over {_PERSONA_BYTES} bytes."
        raise rejected([FieldError(pointer="/data", code="too_large", detail=detail)])
    return Upload(content, imported, carried)


def _content(body: bytes, *, as_png: bool) -> Any:  # noqa: ANN401 - JSON
    if as_png:
        try:
            content = card_in(body, _FILE_VALUES)
        except NoCardError as error:
            raise rejected([FieldError(pointer="", code="no_card", detail=str(error))]) from None
        require_few_values(content, _FILE_VALUES)
    else:
        content = parsed(body, _FILE_VALUES)
        if not isinstance(content, dict):
            raise rejected([FieldError(pointer="", code="wrong_type", detail="Must be a JSON object.")])
    try:  # what the card carries is kept as it is, so it must be what can be written again
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        detail = "Holds a lone surrogate, a number beyond what JSON readers take, or nests too deep."
        raise rejected([FieldError(pointer="", code="not_portable", detail=detail)]) from None
    return content


def _no_persona_in_card() -> ProblemError:
    fault = FieldError(pointer="/data/extensions/fourfold", code="required", detail="No persona of fourfold in it.")
    answer = problem(
        "card_without_persona",
        "The card carries no persona",
        422,
        "A character card has no four layers. Send its description as a brief: POST /v1/personas with `intent`.",
    )
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def _in_card(fault: FieldError) -> FieldError:
    return fault.model_copy(update={"detail": f"In the picture's card: {fault.detail}"})
