"""Reads the persona in an uploaded file (JSON or PNG card), and checks its type, size and content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from fourfold.cards.png_card import NoCardError, read_cards
from fourfold.cards.reading import (
    BadPersonaError,
    ForeignCardError,
    Imported,
    TooManyValuesError,
    UnacceptableTextError,
    UnknownFileError,
    read,
)
from fourfold.http.body import parsed, require_few_values, require_json
from fourfold.http.problems import ProblemError, field_errors, rejected, text_errors
from fourfold.problem import FieldError, problem
from fourfold.text_rules import cleaned_values
from functions.clock import now

PNG = "image/png"
# A DynamoDB item has at most 400 KB.
_CARRIED_BYTES = 300 * 1024
_PERSONA_BYTES = 80 * 1024
# Maximum number of values in arrays and objects. A lorebook of 300 KB has about ten thousand.
_FILE_VALUES = 50_000


@dataclass(frozen=True)
class Upload:
    """A file's content without unacceptable characters, its persona, and the other fields of its card as JSON."""

    content: Any
    imported: Imported
    carried: str | None


def is_png(request: Request) -> bool:
    """Whether Content-Type is image/png. Raises ProblemError (415) if it is neither that nor JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == PNG:
        return True
    if media_type != "application/json":
        raise unsupported("application/json", PNG)
    require_json(request)
    return False


def unsupported(*accepted: str) -> ProblemError:
    """415 for a Content-Type other than these."""
    types = " or ".join(accepted)
    answer = problem("unsupported_media_type", f"Content-Type must be {types}", 415, f"Send Content-Type: {types}.")
    return ProblemError(answer, {"Accept": ", ".join(accepted)})


def read_upload(body: bytes, workspace_id: str, *, as_png: bool) -> Upload:
    """Reads and validates the persona in a file.

    Raises:
        ProblemError: 400 invalid JSON, 422 no valid persona, or content that is too large.
    """
    fault: ProblemError | None = None
    for content in _contents(body, as_png=as_png):
        try:
            return _read(content, workspace_id, as_png=as_png)
        except ProblemError as error:  # a picture may have a broken card beside a good one
            fault = fault or error
    raise fault or _no_persona_in_card()


def _read(content: Any, workspace_id: str, *, as_png: bool) -> Upload:  # noqa: ANN401 - JSON
    if as_png:  # a JSON body's values are counted when it is parsed
        require_few_values(content, _FILE_VALUES)
    _require_portable(content)
    try:
        imported = read(content, workspace_id, now())
    except ForeignCardError:
        raise _no_persona_in_card() from None
    except UnknownFileError as error:
        raise rejected([FieldError(pointer="/spec", code="unknown_file", detail=str(error))]) from None
    except TooManyValuesError as error:
        fault = FieldError(
            pointer=error.pointer, code="too_many_values", detail=f"Must have at most {error.limit} values."
        )
        raise rejected([fault]) from None
    except UnacceptableTextError as error:
        texts = text_errors(error.faults)
        raise rejected([_in_card(fault) for fault in texts] if as_png else texts) from None
    except BadPersonaError as error:
        faults = field_errors(error.faults, "body")
        raise rejected([_in_card(fault) for fault in faults] if as_png else faults) from None
    carried = json.dumps(imported.carried, ensure_ascii=False, separators=(",", ":")) if imported.carried else None
    if carried is not None and len(carried.encode()) > _CARRIED_BYTES:
        detail = f"The card's other fields must not exceed {_CARRIED_BYTES} bytes."
        raise rejected([FieldError(pointer="/data", code="too_much_carried", detail=detail)])
    if len(imported.persona.model_dump_json().encode()) > _PERSONA_BYTES:
        detail = f"The persona must not exceed {_PERSONA_BYTES} bytes."
        raise rejected([FieldError(pointer="/data", code="too_large", detail=detail)])
    return Upload(cleaned_values(content), imported, carried)


def _contents(body: bytes, *, as_png: bool) -> list[Any]:
    """The documents in a file: one, or those of the cards in a picture."""
    if as_png:
        try:
            return read_cards(body, _FILE_VALUES)
        except NoCardError as error:
            raise rejected([FieldError(pointer="", code="no_card", detail=str(error))]) from None
    content = parsed(body, _FILE_VALUES)
    if not isinstance(content, dict):
        raise rejected([FieldError(pointer="", code="wrong_type", detail="Must be a JSON object.")])
    return [content]


def _require_portable(content: Any) -> None:  # noqa: ANN401 - JSON
    """Raises ProblemError (422) if the content cannot be written as JSON again."""
    try:  # the card's other fields are stored unchanged, so they must be serialisable
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        detail = "Must not contain a lone surrogate, NaN or Infinity, or be nested too deeply."
        raise rejected([FieldError(pointer="", code="not_portable", detail=detail)]) from None


def _no_persona_in_card() -> ProblemError:
    fault = FieldError(
        pointer="/data/extensions/fourfold", code="required", detail="The fourfold extension is missing."
    )
    answer = problem(
        "card_without_persona",
        "The character card contains no fourfold persona",
        422,
        "Generate a persona from the card's description instead: send it as `intent` to POST /v1/personas.",
    )
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def _in_card(fault: FieldError) -> FieldError:
    return fault.model_copy(update={"detail": f"In the PNG's card: {fault.detail}"})
