"""The claims ledger of an evaluation, page by page: each fact of a brief, and what became of it on either side."""

from __future__ import annotations

from fourfold.evaluation.cells import persona_id_of
from fourfold.evaluation.ledger import CheckedClaim
from fourfold.evaluation.models import Side
from fourfold.evaluation.observing import checked_claims
from fourfold.evaluation.record import Evaluation
from fourfold.http.cursors import opaque_cursor
from functions.api.evaluations.schemas import BriefClaims, ClaimsPage
from functions.wiring import evaluations

_MOST_DIGITS = 5


def is_place(text: str) -> bool:
    """Whether a cursor's text is the place of a brief; the evaluation may have fewer."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def claims_page(evaluation: Evaluation, limit: int, after: int | None) -> ClaimsPage:
    """Returns the facts of up to `limit` (1-100) briefs, those that follow the place `after`."""
    first = 0 if after is None else after + 1
    end = min(first + limit, evaluation.briefs)
    places = range(min(first, end), end)
    briefs, personas = evaluations().briefs_at(evaluation, places), evaluations().personas(evaluation, places)

    def checked(brief: int, side: Side) -> tuple[CheckedClaim, ...] | None:
        persona = personas.get(persona_id_of(evaluation.id, brief, side))
        return None if persona is None else checked_claims(persona)

    more = end < evaluation.briefs
    return ClaimsPage(
        data=tuple(
            BriefClaims(brief=place, id=item.id, text=item.text, a=checked(place, "a"), b=checked(place, "b"))
            for place, item in briefs.items()
        ),
        has_more=more,
        next_cursor=opaque_cursor(str(end - 1)) if more else None,
    )
